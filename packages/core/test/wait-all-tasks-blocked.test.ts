import { describe, expect, it } from "vitest";
import { CancelledError, CancelScope, run, sleep, sleepForever, waitAllTasksBlocked } from "@anyio/core";
import { checkpoint, currentScope, Task, WaitQueue } from "@anyio/core/lowlevel";
import { caught } from "#support/caught";
import { turn } from "#support/turn";
import { VirtualClock, virtually } from "#support/virtual-clock";
import { skipExplored } from "#support/explored";
import { mayLeak } from "#support/may-leak";

class Child extends Task {
  static start(fn: () => unknown): void {
    new Child(currentScope(), "child").begin(fn);
  }

  protected override ended(): void {}
}

describe("waitAllTasksBlocked", () => {
  it("waits until all others wait for something", mayLeak, async () => {
    const events: string[] = [];

    await new CancelScope().run(async (scope) => {
      Child.start(async () => {
        for (let i = 0; i < 3000; i++) await checkpoint();
        events.push("blocked");
        await sleepForever();
      });
      await waitAllTasksBlocked();
      events.push("all blocked");
      scope.cancel();
    });

    expect(events).toEqual(["blocked", "all blocked"]);
  });

  it("waits for tasks that are started meanwhile, and for the ones that these wake", mayLeak, async () => {
    skipExplored("tasks begin in an order that the seed chooses");
    const events: string[] = [];

    await new CancelScope().run(async (scope) => {
      const queue = new WaitQueue();
      Child.start(async () => {
        await queue.wait("a turn");
        for (let i = 0; i < 10; i++) await checkpoint();
        events.push("woken");
        await sleepForever();
      });
      Child.start(async () => {
        await checkpoint();
        Child.start(async () => {
          await checkpoint();
          queue.wake();
        });
      });
      await waitAllTasksBlocked();
      events.push("all blocked");
      scope.cancel();
    });

    expect(events).toEqual(["woken", "all blocked"]);
  });

  it("takes a task in a foreign await for blocked", async () => {
    const events: string[] = [];

    await new CancelScope().run(async () => {
      let release!: () => void;
      const foreign = new Promise<void>((resolve) => (release = resolve));
      Child.start(() => foreign.then(() => events.push("released")));
      await waitAllTasksBlocked();
      events.push("all blocked");
      release();
      await turn();
    });

    expect(events).toEqual(["all blocked", "released"]);
  });

  it("takes a sleeping task for blocked, and does not let time pass", () =>
    virtually(async (clock) => {
      await new CancelScope().run(async (scope) => {
        Child.start(() => sleep(10));
        await waitAllTasksBlocked();

        expect([clock.now(), clock.pending]).toEqual([0, 1]);
        scope.cancel();
      });
    }));

  it("can be waited for by several at once", async () => {
    const events: string[] = [];

    await new CancelScope().run(() =>
      Promise.all(
        ["a", "b"].map(async (name) => {
          await waitAllTasksBlocked();
          events.push(name);
        }),
      ),
    );

    expect(events.toSorted()).toEqual(["a", "b"]);
  });

  it("is not disturbed by another run's tasks", async () => {
    const busy = new CancelScope();
    const other = busy.run(() =>
      run(
        async () => {
          for (;;) await checkpoint();
        },
        { backend: { clock: new VirtualClock() } },
      ),
    );

    await run(() => waitAllTasksBlocked(), { signals: [], backend: { clock: new VirtualClock() } });
    busy.cancel();

    expect(await other).toBeUndefined();
  });

  it("is a cancellation point, and is ended by a cancellation", async () => {
    await new CancelScope().run(async (scope) => {
      const waiting = caught(waitAllTasksBlocked(), CancelledError);
      scope.cancel();
      await waiting;
      await caught(waitAllTasksBlocked(), CancelledError);
    });
  });
});
