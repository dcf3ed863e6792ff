import type { Readable, Writable } from "node:stream";
import { currentEffectiveDeadline, type SignalName } from "@anyio/core";
import {
  immediate,
  inFlight,
  noteClosed,
  noteOpened,
  suspendForeign,
  suspendShielded,
  type Suspension,
} from "@anyio/core/lowlevel";
import type { ByteReceiveStream, ByteSendStream } from "@anyio/streams";
import type { Command } from "./command.js";
import { checkSignal } from "./internal/checks.js";
import type { Child } from "./internal/child.js";
import { ChildInput } from "./internal/child-input.js";
import { ChildOutput } from "./internal/child-output.js";
import type { Started } from "./internal/start.js";

/**
 * A process that was started with `openProcess`. Declare it with `await using`, or close it.
 *
 * One that is left open is ended when the task that opened it ends: its group gets SIGTERM, and SIGKILL after `grace`.
 *
 * @typeParam In whether there is a stream to its stdin, as the options say; so for `Out` and `Err`
 * @see anyio.abc.Process
 */
export class Process<
  In extends ByteSendStream | null = ByteSendStream | null,
  Out extends ByteReceiveStream | null = ByteReceiveStream | null,
  Err extends ByteReceiveStream | null = ByteReceiveStream | null,
> implements AsyncDisposable {
  /** What was run. */
  readonly command: Command;
  /** What the process reads; null where its stdin is no pipe. */
  readonly stdin: In;
  /** What the process writes; null where its stdout is no pipe. */
  readonly stdout: Out;
  /** What the process writes to its stderr; null where that is no pipe of its own. */
  readonly stderr: Err;
  readonly #child: Child;
  readonly #pipes: readonly (Readable | Writable | null)[];

  /** @internal */
  constructor(command: Command, { child, stdin, stdout, stderr }: Started) {
    this.command = command;
    this.#child = child;
    this.#pipes = [stdin, stdout, stderr];
    // Which of them are null is known to whoever says what is a pipe.
    this.stdin = (stdin && new ChildInput(stdin)) as In;
    this.stdout = (stdout && new ChildOutput(stdout)) as Out;
    this.stderr = (stderr && new ChildOutput(stderr)) as Err;
    noteOpened(this, child.label);
    child.whenExited(inFlight());
    child.whenGone(() => noteClosed(this));
  }

  /** Its number in the system. */
  get pid(): number {
    return this.#child.pid;
  }

  /** What it ended with; null until it has exited, and where a signal ended it. */
  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** The signal that ended it; null until it has exited, and where none did. */
  get signalCode(): SignalName | null {
    return this.#child.signalCode;
  }

  /**
   * Waits until the process exits. It does not wait for its pipes, which a descendant may hold open, nor read them: a process that writes
   * more than a pipe holds waits for a reader.
   *
   * **Cancellation:** ends the waiting, not the process.
   *
   * @returns its exit code, or null where a signal ended it
   */
  wait(): Promise<number | null> {
    const child = this.#child;
    if (child.hasExited) return immediate(() => child.exitCode);
    return suspendForeign(
      () => `${child.label} to exit`,
      (waiter) => child.whenExited(() => waiter.resume(child.exitCode)),
    );
  }

  /** Sends SIGTERM to the process and its descendants. Nothing where they have ended. */
  terminate(): void {
    this.#child.signal("SIGTERM");
  }

  /** Sends SIGKILL to the process and its descendants. Nothing where they have ended. */
  kill(): void {
    this.#child.signal("SIGKILL");
  }

  /**
   * Sends a signal to the process alone. Nothing where it has exited.
   *
   * @throws {TypeError} when there is no such signal
   */
  sendSignal(signal: SignalName): void {
    checkSignal(signal);
    this.#child.signalAlone(signal);
  }

  /**
   * Closes the pipes, and waits until the process and its descendants have ended: for `grace` by themselves, then after SIGTERM; what is left
   * after another `grace` gets SIGKILL. When the process exits, its descendants get their SIGTERM at once.
   *
   * **Cancellation:** closing always closes. In a cancelled scope, or once it is cancelled, they get SIGKILL at once, and are waited for.
   */
  async close(): Promise<void> {
    const child = this.#child;
    const landed = inFlight();
    const isCancelled = currentEffectiveDeadline() === -Infinity;
    if (isCancelled) child.press("killing");
    // Its input may be more than it will ever read, and the pipe is closed when that is known.
    const closing = Promise.allSettled([this.stdin?.close(), this.stdout?.close(), this.stderr?.close()]);
    child.press("closing");
    if (!child.isGone) {
      const start = (waiter: Suspension<void>): (() => boolean) => {
        child.whenGone(() => waiter.resume());
        return () => {
          child.press("killing");
          return false;
        };
      };
      await (isCancelled ? suspendShielded<void>(child.ending, start) : suspendForeign<void>(child.ending, start));
    }
    // Somebody out of reach may hold the other end of a pipe, and not read what is left in it.
    for (const pipe of this.#pipes) pipe?.destroy();
    await closing;
    landed();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
