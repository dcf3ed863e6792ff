// Calls that block the thread that makes them.
import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Outcome } from "./messages.js";

/** What one end of a line has, for whoever calls or is called. */
export interface Line {
  readonly port: MessagePort;
  /** One number that is added to, and waited at, with each answer. */
  readonly memory: SharedArrayBuffer;
}

export function makeLine(): readonly [Line, Line] {
  const { port1, port2 } = new MessageChannel();
  const memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  return [
    { port: port1, memory },
    { port: port2, memory },
  ];
}

/** Returns a function that is called at the other end. It blocks this thread until there is an answer. */
export function caller({ port, memory }: Line): (n: number) => unknown {
  const answers = new Int32Array(memory);
  return (n) => {
    const seen = Atomics.load(answers, 0);
    port.postMessage(n);
    Atomics.wait(answers, 0, seen);
    const outcome = receiveMessageOnPort(port)?.message as Outcome;
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  };
}

/** Answers with what `fn` says, until the port is closed. */
export function serve({ port, memory }: Line, fn: (n: number) => unknown): void {
  const answers = new Int32Array(memory);
  port.on("message", (n: number) => void reply(n));

  async function reply(n: number): Promise<void> {
    port.postMessage(await outcomeOf(fn, n));
    Atomics.add(answers, 0, 1);
    Atomics.notify(answers, 0);
  }
}

async function outcomeOf(fn: (n: number) => unknown, n: number): Promise<Outcome> {
  try {
    return { value: await fn(n) };
  } catch (error) {
    return { error };
  }
}
