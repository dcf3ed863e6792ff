import { receiveMessageOnPort } from "node:worker_threads";
import { BrokenResourceError } from "@anyio/core";
import { framesOf, reviveError } from "@anyio/core/workers";
import { RunFinishedError } from "../errors.js";
import { parcelOf } from "../transfer.js";
import type { Bell } from "./bell.js";
import type { Answer, Ask, Cancellation, MessagePort, Outcome } from "./messages.js";

/** Who waits for an answer without being blocked. */
export interface Settle {
  resume(value: unknown): unknown;
  throw(error: unknown): unknown;
}

interface AskerFacts {
  readonly bell: Bell;
  readonly port: MessagePort;
  readonly answers: MessagePort;
  /** What people call the one who serves this thread. */
  readonly server: string;
  /** What a call gets to hear when nobody serves the thread any more. */
  readonly end: string;
}

/**
 * A thread's side of its calls into the event loop that serves it.
 *
 * A thread that is blocked takes no messages: it looks for its answer where nobody listens, and is woken for that.
 */
export class Asker {
  /** Told of what is found that is no answer. */
  onCancellation: (cancellation: Cancellation) => void = () => {};
  readonly #facts: AskerFacts;
  readonly #waiting = new Map<number, { readonly settle: Settle; readonly caller: Error }>();
  #lastId = 0;

  constructor(facts: AskerFacts) {
    this.#facts = facts;
  }

  /** How many wait for an answer. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Asks, and has `settle` told. Returns what takes that back.
   *
   * @param caller made in the function that people call
   */
  ask(target: string | number, args: readonly unknown[], settle: Settle, caller: Error): () => void {
    const { port } = this.#facts;
    const id = this.#post(target, args, false);
    this.#waiting.set(id, { settle, caller });
    return () => port.postMessage({ type: "withdrawal", id });
  }

  /** Asks, and blocks the thread until there is an answer. */
  askBlocking(target: string | number, args: readonly unknown[]): unknown {
    const id = this.#post(target, args, true);
    const outcome = this.#facts.bell.waitFor(() => this.#findAnswer(id));
    if (outcome === undefined) throw this.#finished();
    if (outcome.type === "value") return outcome.value;
    throw reviveError(outcome.error, this.#facts.server, framesOf(new Error(), 2));
  }

  /** Tells the one who waits for an answer that has come. */
  settle({ id, outcome }: Answer): void {
    const entry = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (outcome.type === "value") entry?.settle.resume(outcome.value);
    else entry?.settle.throw(reviveError(outcome.error, this.#facts.server, framesOf(entry.caller, 1)));
  }

  /** Tells all who wait that there will be no answer. */
  close(): void {
    this.#failAll(() => this.#finished());
  }

  /** Told that an answer has come that cannot be read: nobody knows whose it is. */
  lose(cause: unknown): void {
    const what = `an answer of ${this.#facts.server} cannot be read here, and it may be the one to this call`;
    this.#failAll(() => new BrokenResourceError(`${what}; find out by the cause what it was`, { cause }));
  }

  /** Looks through what was sent for a thread that takes no messages. */
  look(): void {
    this.#findAnswer(0);
  }

  /** @returns the number of the ask */
  #post(target: string | number, given: readonly unknown[], isBlocked: boolean): number {
    if (this.#facts.bell.isClosed) throw this.#finished();
    const { args, list } = parcelOf(given);
    const id = ++this.#lastId;
    this.#facts.port.postMessage({ type: "ask", id, target, args, isBlocked } satisfies Ask, list);
    return id;
  }

  #failAll(errorOf: () => unknown): void {
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { settle } of left) settle.throw(errorOf());
  }

  #findAnswer(id: number): Outcome | undefined {
    for (;;) {
      const received = receiveMessageOnPort(this.#facts.answers);
      if (received === undefined) return undefined;
      const message = received.message as Answer | Cancellation;
      if (message.type === "cancellation") this.onCancellation(message);
      else if (message.id === id) return message.outcome;
    }
  }

  #finished(): RunFinishedError {
    return new RunFinishedError(this.#facts.end);
  }
}
