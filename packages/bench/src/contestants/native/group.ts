/**
 * A task group by hand: one `AbortController`, and the promises of all tasks for `Promise.all`. The first error aborts
 * the rest and is thrown once all have ended. Tasks are given the group's signal and have to listen to it; that is all
 * the cancellation there is in plain promises.
 */
export class Group {
  readonly #controller = new AbortController();
  readonly #tasks: Promise<void>[] = [];
  #joining = false;
  #failure: { error: unknown } | undefined;

  get scope(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts a task and returns its promise, whose rejection is the group's to handle. */
  spawn(task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const running = task(this.scope);
    this.#tasks.push(running);
    // `Promise.all` watches those that were there when it was called.
    if (this.#joining) running.catch(this.#fail);
    return running;
  }

  cancel(reason?: unknown): void {
    this.#controller.abort(reason);
  }

  /** Runs the body as one of the group's tasks, waits for all, then throws the first error. */
  async join(body: (group: Group) => Promise<void>): Promise<void> {
    this.#tasks.push(body(this));
    this.#joining = true;
    let joined = this.#tasks.length;
    try {
      await Promise.all(this.#tasks);
    } catch (error) {
      this.#fail(error);
      joined = 0;
    }
    await this.#joinFrom(joined);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Waits for the tasks from the given index on, and for those that are started meanwhile. */
  async #joinFrom(index: number): Promise<void> {
    while (index < this.#tasks.length) {
      const rest = this.#tasks.slice(index);
      index = this.#tasks.length;
      for (const outcome of await Promise.allSettled(rest)) {
        if (outcome.status === "rejected") this.#fail(outcome.reason);
      }
    }
  }

  readonly #fail = (error: unknown): void => {
    // What a cancelled task throws is the reason itself.
    if (error === this.scope.reason) return;
    this.#failure ??= { error };
    this.#controller.abort(error);
  };
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
