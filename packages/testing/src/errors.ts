import { AnyioError } from "@anyio/core";
import type { Leak } from "./leak.js";

/** What a run on a virtual clock fails with when every task waits and nothing is left that could wake one. */
export class DeadlockError extends AnyioError {
  static {
    this.brand(this, "DeadlockError", "ERR_ANYIO_DEADLOCK");
  }

  /** @param dump the tasks of the run, and what each waited for */
  constructor(readonly dump: string) {
    super(`every task waits, and nothing is scheduled that could wake one; see what each waits for:\n${dump}`);
  }
}

/** Thrown by `explore()` for the first schedule under which the body fails; `cause` is what it failed with. */
export class ExploreError extends AnyioError {
  static {
    this.brand(this, "ExploreError", "ERR_ANYIO_EXPLORE");
  }

  /**
   * @param seed names the schedule, and replays it
   * @param tried how many schedules there were up to this one
   */
  constructor(
    readonly seed: number,
    readonly tried: number,
    cause: unknown,
  ) {
    const others = tried === 1 ? "" : `, after ${tried - 1} that passed`;
    super(
      `the body fails under the schedule of seed ${seed}${others}; replay it with explore(fn, { seeds: [${seed}] }): ` +
        String(cause),
      { cause },
    );
  }
}

/** Thrown by `assertNoLeaks()` when something began and did not end. */
export class LeakError extends AnyioError {
  static {
    this.brand(this, "LeakError", "ERR_ANYIO_LEAK");
  }

  constructor(readonly leaks: readonly Leak[]) {
    const list = leaks.map(({ kind, name, origin }) => `  ${kind} ${name}${origin === "" ? "" : `\n${origin}`}`);
    super(
      `${leaks.length === 1 ? "this was" : `these ${leaks.length} were`} left behind; ` +
        `await what waits, start tasks in a group of their own, close what is open:\n${list.join("\n")}`,
    );
  }
}
