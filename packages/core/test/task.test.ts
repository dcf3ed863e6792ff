import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, it, vi } from "vitest";
import { CancelledError, CancelScope, getCurrentTask, shield, sleepForever, waitAllTasksBlocked } from "@anyio/core";
import { cancelSiblings, checkpoint, currentScope, suspend, Task, type TaskOutcome } from "@anyio/core/lowlevel";
import { caught } from "#support/caught";
import { skipExplored } from "#support/explored";
import { outside } from "#support/outside";
import { turn, turns } from "#support/turn";
import { mayLeak } from "#support/may-leak";

/** The smallest task there can be: it tells how it ended. */
class Recorded extends Task {
  ending: [TaskOutcome, unknown] | undefined;

  static start(fn: () => unknown, name = "recorded", scope = currentScope()): Recorded {
    const task = new Recorded(scope, name);
    task.begin(fn);
    return task;
  }

  protected override ended(outcome: TaskOutcome, result: unknown): void {
    this.ending = [outcome, result];
  }
}

describe("Task", () => {
  it("belongs to a scope of another copy of the package too", async () => {
    vi.resetModules();
    const other = await import("../src/cancel-scope.js");
    expect(other.CancelScope).not.toBe(CancelScope);

    const ending = await new other.CancelScope().run(async () => {
      const task = Recorded.start(() => "done");
      await turn();
      return task.ending;
    });

    expect(ending).toEqual(["finished", "done"]);
  });

  it("begins in a later microtask, in the order of the calls", async () => {
    skipExplored("tasks begin in an order that the seed chooses");
    const events: string[] = [];

    await new CancelScope().run(async () => {
      Recorded.start(() => events.push("first"));
      Recorded.start(() => events.push("second"));
      events.push("started");
      await turn();
    });

    expect(events).toEqual(["started", "first", "second"]);
  });

  it("tells its value, or its error", async () => {
    const failure = new Error("task");
    const tasks: Recorded[] = [];

    await new CancelScope().run(async () => {
      tasks.push(
        Recorded.start(() => 42),
        Recorded.start(async () => "later"),
        Recorded.start(() => {
          throw failure;
        }),
        Recorded.start(() => Promise.reject(failure)),
      );
      await turn();
    });

    expect(tasks.map(({ ending }) => ending)).toEqual([
      ["finished", 42],
      ["finished", "later"],
      ["failed", failure],
      ["failed", failure],
    ]);
  });

  it("keeps the scope it belongs to open until it has ended", mayLeak, async () => {
    const events: string[] = [];

    await new CancelScope().run(() => {
      Recorded.start(() =>
        shield(async () => {
          await turns(3);
          events.push("task ended");
        }),
      );
    });
    events.push("left");

    expect(events).toEqual(["task ended", "left"]);
  });

  it("is cancelled with its scope, and ends as cancelled", async () => {
    let task: Recorded | undefined;

    await new CancelScope().run(async (scope) => {
      task = Recorded.start(() => sleepForever());
      await turn();
      scope.cancel();
      expect([task.isCancelled, task.isCancelledFromOutside]).toEqual([true, true]);
      await shield(() => turn());
    });

    expect(task?.ending?.[0]).toBe("cancelled");
  });

  it("is cancelled alone", async () => {
    await new CancelScope().run(async () => {
      const task = Recorded.start(() => sleepForever());
      await turn();
      task.cancel("alone");
      expect([task.isCancelled, task.isCancelledFromOutside]).toEqual([true, false]);
      await turn();
      await checkpoint();

      expect(task.ending).toMatchObject(["cancelled", { reason: "alone", taskName: getCurrentTask().name }]);
    });
  });

  it("ends as failed where another error came out of a cancelled task", async () => {
    const failure = new Error("cleanup");
    let task: Recorded | undefined;

    await new CancelScope().run(async (scope) => {
      task = Recorded.start(() =>
        sleepForever().catch((error: unknown) => {
          throw new AggregateError([error, failure]);
        }),
      );
      await turn();
      scope.cancel();
      await shield(() => turn());
    });

    expect(task?.ending).toEqual(["failed", failure]);
  });

  it("ends as failed by a stray cancellation", async () => {
    const stray = await new CancelScope().run((scope) => {
      scope.cancel();
      return caught(checkpoint(), CancelledError);
    });
    let task: Recorded | undefined;

    await new CancelScope().run(async () => {
      task = Recorded.start(() => Promise.reject(stray));
      await turn();
    });

    expect(task?.ending).toEqual(["failed", stray]);
  });

  it("runs to its first cancellation point in a cancelled scope, so it can clean up", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      Recorded.start(async () => {
        events.push("began");
        await checkpoint().catch(() => events.push("cancelled"));
      });
      await shield(() => turn());
    });

    expect(events).toEqual(["began", "cancelled"]);
  });

  it("takes on the state of the scope it is moved to", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (home) => {
      let task: Recorded | undefined;
      await new CancelScope().run(async (nursery) => {
        task = Recorded.start(() => sleepForever().catch(() => events.push("cancelled")));
        await turn();
        task.moveTo(home);
        nursery.cancel();
        await shield(() => turn());
      });
      events.push("nursery left");
      expect(task?.ending).toBeUndefined();
      home.cancel();
      await shield(() => turn());
    });

    expect(events).toEqual(["nursery left", "cancelled"]);
  });

  it("is struck by moving it to a cancelled scope", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (cancelled) => {
      await shield(async () => {
        cancelled.cancel("there");
        const task = Recorded.start(() =>
          sleepForever().catch((error: unknown) => events.push(String((error as CancelledError).reason))),
        );
        await turn();
        task.moveTo(cancelled);
        await turn();
      });
    });

    expect(events).toEqual(["there"]);
  });

  it("has the AsyncLocalStorage values of the call", async () => {
    skipExplored("tasks begin in an order that the seed chooses");
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];

    await new CancelScope().run(async () => {
      storage.run("as of the call", () => Recorded.start(() => seen.push(storage.getStore())));
      storage.run("another", () => Recorded.start(() => seen.push(storage.getStore())));
      await turn();
    });

    expect(seen).toEqual(["as of the call", "another"]);
  });

  it("does not change the scope of whoever runs after it", mayLeak, async () => {
    await new CancelScope().run(async (scope) => {
      Recorded.start(() => {});
      Recorded.start(() => checkpoint());
      for (let i = 0; i < 5; i++) {
        await undefined;
        expect(currentScope()).toBe(scope);
      }
    });
  });

  it("is the current task of what runs in it", async () => {
    const seen: unknown[] = [];

    await outside(() =>
      new CancelScope().run(async () => {
        const outer = getCurrentTask().name;
        Recorded.start(() => seen.push(getCurrentTask().name, outer), "worker");
        await turn();
      }),
    );

    expect(seen).toEqual(["worker", "root"]);
  });

  it("lets 10,000 tasks wait and be cancelled, each once", async () => {
    skipExplored("it measures a large number once");
    let undone = 0;

    await new CancelScope().run(async (scope) => {
      for (let i = 0; i < 10_000; i++) {
        Recorded.start(() => suspend("something", () => () => void undone++));
      }
      await waitAllTasksBlocked();
      scope.cancel();
    });

    expect(undone).toBe(10_000);
  });
});

describe("cancelSiblings", () => {
  it("cancels a scope for the failure of one of its tasks, in its name", async () => {
    const failure = new Error("disk full");
    let error: CancelledError | undefined;

    await new CancelScope({ name: "group" }).run(async (scope) => {
      const waiting = caught(sleepForever(), CancelledError);
      cancelSiblings(scope, failure, "writer");
      error = await waiting;
    });

    expect(error).toMatchObject({ source: "sibling", scopeName: "group", taskName: "writer", cause: failure });
    expect(error?.message).toMatch(/group.*writer.*disk full/);
  });
});
