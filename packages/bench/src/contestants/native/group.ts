import { Countdown } from "../countdown.js";

/**
 * A task group by hand: one `AbortController`, every task joined, the first error aborts the rest and is thrown. Tasks
 * are given the group's signal and have to listen to it; that is all the cancellation there is in plain promises.
 */
export class Group {
  readonly #controller = new AbortController();
  readonly #idle = new Countdown(1);
  /** The body counts as one, so that a group whose tasks have all ended is not over before its body. */
  #running = 1;
  #failure: { error: unknown } | undefined;

  get scope(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts a task. The promise is fulfilled when the task has ended, in whatever way; it never rejects. */
  spawn(task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#running += 1;
    return this.#watch(task);
  }

  cancel(reason?: unknown): void {
    this.#controller.abort(reason);
  }

  /** Runs the body as one of the group's tasks, waits for all, then throws the first error. */
  async join(body: (group: Group) => Promise<void>): Promise<void> {
    void this.#watch(() => body(this));
    await this.#idle.reached;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #watch(task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await task(this.scope);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#idle.arrive();
    }
  }

  #fail(error: unknown): void {
    // What a cancelled task throws is the reason itself.
    if (error === this.scope.reason) return;
    this.#failure ??= { error };
    this.#controller.abort(error);
  }
}

/** Runs `body` with a group of its own; cancelled along with `parent`. */
export async function withGroup(body: (group: Group) => Promise<void>, parent?: AbortSignal): Promise<void> {
  parent?.throwIfAborted();
  const group = new Group();
  const onAbort = () => group.cancel(parent?.reason);
  parent?.addEventListener("abort", onAbort, { once: true });
  try {
    await group.join(body);
    parent?.throwIfAborted();
  } finally {
    parent?.removeEventListener("abort", onAbort);
  }
}
