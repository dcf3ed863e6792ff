import { Countdown } from "../countdown.js";
import { Cancelled, Scope } from "../native-lean/scope.js";

/** A task group by hand: a scope and a count. Every task is joined, the first error cancels the rest and is thrown. */
export class Group {
  readonly scope = new Scope();
  readonly #idle = new Countdown(1);
  /** The body counts as one, so that a group whose tasks have all ended is not over before its body. */
  #running = 1;
  #failure: { error: unknown } | undefined;

  /** Starts a task. The promise is fulfilled when the task has ended, in whatever way; it never rejects. */
  spawn(task: (scope: Scope) => Promise<void>): Promise<void> {
    this.#running += 1;
    return task(this.scope).then(this.#finished, this.#failed);
  }

  cancel(): void {
    this.scope.cancel(new Cancelled());
  }

  /** Runs the body as one of the group's tasks, waits for all, then throws the first error. */
  async join(body: (group: Group) => Promise<void>): Promise<void> {
    void body(this).then(this.#finished, this.#failed);
    await this.#idle.reached;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  readonly #finished = (): void => {
    this.#running -= 1;
    if (this.#running === 0) this.#idle.arrive();
  };

  readonly #failed = (error: unknown): void => {
    // What a cancelled task throws is the reason itself.
    if (error !== this.scope.reason) {
      this.#failure ??= { error };
      this.scope.cancel(error);
    }
    this.#finished();
  };
}

/** Runs `body` with a group of its own; cancelled along with `parent`. */
export async function withGroup(body: (group: Group) => Promise<void>, parent?: Scope): Promise<void> {
  parent?.throwIfCancelled();
  const group = new Group();
  parent?.callbacks.add(group.scope.cancel);
  try {
    await group.join(body);
    parent?.throwIfCancelled();
  } finally {
    parent?.callbacks.delete(group.scope.cancel);
  }
}
