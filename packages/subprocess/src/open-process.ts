import { checkpointIfCancelled, quietly } from "@anyio/core/lowlevel";
import type { ByteReceiveStream, ByteSendStream } from "@anyio/streams";
import type { Command } from "./command.js";
import { type Plan, planOf } from "./internal/plan.js";
import { start } from "./internal/start.js";
import { Process } from "./process.js";
import type { ProcessOptions } from "./process-options.js";

/**
 * Starts a process to talk to. An array is executed as it is, a string goes through the shell. Its three streams are pipes unless told otherwise.
 *
 * It leads a process group of its own, which ends when it is closed, and at the latest when the task that called this ends.
 *
 * **Cancellation:** in a cancelled scope nothing is started. It does not end the process; closing does, which comes at once in a cancelled scope.
 *
 * @throws the system's error, with its `code`, when it cannot be started
 * @throws {TypeError | RangeError} when an argument is of another kind or out of range
 * @example
 * const upper = await openProcess(["tr", "a-z", "A-Z"]);
 * await upper.stdin.send(new TextEncoder().encode("hello"));
 * await upper.stdin.close();
 * const bytes = await upper.stdout.receive();
 * await upper.close();
 * [new TextDecoder().decode(bytes), upper.exitCode]; // => ["HELLO", 0]
 * @see anyio.open_process
 */
export function openProcess<const O extends ProcessOptions = object>(
  command: Command,
  options?: O,
): Promise<OpenedProcess<O>> {
  let plan: Plan;
  try {
    plan = planOf(command, options ?? {}, "pipe");
  } catch (error) {
    return Promise.reject(error);
  }
  return quietly(open(plan)) as Promise<OpenedProcess<O>>;
}

/** A process with a stream for each pipe that its options say it has, and null for what is none. */
export type OpenedProcess<O extends ProcessOptions> = Process<
  StreamAt<O extends { stdin?: infer Where } ? Where : undefined, ByteSendStream>,
  StreamAt<O extends { stdout?: infer Where } ? Where : undefined, ByteReceiveStream>,
  StreamAt<O extends { stderr?: infer Where } ? Where : undefined, ByteReceiveStream>
>;

// An option that is not there at all is inferred as unknown, and one that is not given is a pipe.
type StreamAt<Where, Stream> = unknown extends Where ? Stream : Where extends "pipe" | undefined ? Stream : null;

async function open(plan: Plan): Promise<Process> {
  await checkpointIfCancelled();
  return new Process(plan.command, await start(plan, "task"));
}
