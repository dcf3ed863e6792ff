import { describe, expect, it } from "vitest";
import {
  abandonOnCancel,
  CancelScope,
  failAfter,
  moveOnAfter,
  run,
  shield,
  sleep,
  TimeoutError,
  withSignal,
} from "@anyio/core";
import { cancelShieldedCheckpoint, checkpoint, currentScope, suspend, Task, WaitQueue } from "@anyio/core/lowlevel";
import { caught } from "#support/caught";
import { bestOfThree, timeOf, worstLateness } from "./support/timer-lateness.js";
import { turns } from "#support/turn";
import { mayLeak } from "#support/may-leak";

const LATEST = 25;
const DURATION = 300;

/** Operations that complete at once, for ever. */
const busy: Record<string, () => Promise<unknown>> = {
  checkpoint: () => checkpoint(),
  cancelShieldedCheckpoint: () => cancelShieldedCheckpoint(),
  "sleep(0)": () => sleep(0),
  "suspend, resumed at once": () => suspend("nothing", (waiter) => void waiter.resume(undefined)),
  "suspend, failed at once": () =>
    suspend("nothing", (waiter) => void waiter.throw(new Error("at once"))).catch((error: Error) => {
      if (error.message !== "at once") throw error;
    }),
  "CancelScope.run": () => new CancelScope().run(() => {}),
  moveOnAfter: () => moveOnAfter(1000, () => {}),
  failAfter: () => failAfter(1000, async () => {}),
  shield: () => shield(() => {}),
  withSignal: () => withSignal(async () => {}),
  abandonOnCancel: () => abandonOnCancel(Promise.resolve()),
  run: () => run(() => {}),
};

/** Calls `operation` again and again, in as many loops as asked for, until cancelled. */
const loops = async (count: number, operation: () => Promise<unknown>): Promise<void> => {
  const loop = async (): Promise<void> => {
    for (;;) {
      await operation();
      // What only opens scopes is structural: in a cancelled scope it enters all the same.
      await checkpoint();
    }
  };
  await Promise.all(Array.from({ length: count }, loop));
};

class Child extends Task {
  static start(fn: () => unknown, scope = currentScope()): void {
    new Child(scope, undefined).begin(fn);
  }

  protected override ended(): void {}
}

// Each bar is asserted on the best of up to three tries: what is measured is this process, not its neighbours.
// What is measured here has no time for a look-out.
describe("fairness", mayLeak, () => {
  it.each(Object.entries(busy))(
    "keeps timers within 25 ms under 1,000 loops of an operation that completes at once: %s",
    async (_name, operation) => {
      const lateness = await bestOfThree(LATEST, () =>
        worstLateness(() => moveOnAfter(DURATION, () => loops(1000, operation))),
      );

      expect(lateness).toBeLessThanOrEqual(LATEST);
    },
    30_000,
  );

  it("keeps timers within 25 ms under 1,000 tasks", async () => {
    const lateness = await bestOfThree(LATEST, () =>
      worstLateness(() =>
        moveOnAfter(DURATION, async () => {
          for (let i = 0; i < 1000; i++) Child.start(() => loops(1, checkpoint));
          await sleep(60_000);
        }),
      ),
    );

    expect(lateness).toBeLessThanOrEqual(LATEST);
  }, 30_000);

  it("keeps timers within 25 ms while tasks start tasks for ever", async () => {
    const lateness = await bestOfThree(LATEST, () =>
      worstLateness(() =>
        moveOnAfter(DURATION, async (scope) => {
          const again = () => {
            if (!scope.cancelCalled) Child.start(again, scope);
          };
          for (let i = 0; i < 1000; i++) Child.start(again, scope);
          await sleep(60_000);
        }),
      ),
    );

    expect(lateness).toBeLessThanOrEqual(LATEST);
  }, 30_000);

  it("keeps timers within 25 ms under 500 pairs that play ping-pong", async () => {
    const play = async (mine: WaitQueue, theirs: WaitQueue) => {
      for (;;) {
        if (!theirs.wake()) await checkpoint();
        await mine.wait("the ball");
      }
    };

    const lateness = await bestOfThree(LATEST, () =>
      worstLateness(() =>
        moveOnAfter(DURATION, () =>
          Promise.all(
            Array.from({ length: 500 }, () => {
              const [a, b] = [new WaitQueue(), new WaitQueue()];
              return Promise.all([play(a, b), play(b, a)]);
            }),
          ),
        ),
      ),
    );

    expect(lateness).toBeLessThanOrEqual(LATEST);
  }, 30_000);

  it("keeps timers within 25 ms when each step computes for a while", async () => {
    const compute = async () => {
      const end = performance.now() + 0.5;
      while (performance.now() < end);
      await checkpoint();
    };

    const lateness = await bestOfThree(LATEST, () =>
      worstLateness(() => moveOnAfter(DURATION, () => loops(10, compute))),
    );

    expect(lateness).toBeLessThanOrEqual(LATEST);
  }, 30_000);

  it.each(["checkpoint", "suspend, resumed at once", "moveOnAfter", "sleep(0)"])(
    "ends failAfter(200, busyLoop) within 250 ms: %s",
    async (name) => {
      const operation = busy[name] as () => Promise<unknown>;

      const took = await bestOfThree(250, () =>
        timeOf(() =>
          caught(
            failAfter(200, () => loops(1, operation)),
            TimeoutError,
          ),
        ),
      );

      expect(took).toBeLessThanOrEqual(250);
    },
    30_000,
  );

  it("ends failAfter(200, …) of 1,000 busy loops within 250 ms", async () => {
    const took = await bestOfThree(250, () =>
      timeOf(() =>
        caught(
          failAfter(200, () => loops(1000, checkpoint)),
          TimeoutError,
        ),
      ),
    );

    expect(took).toBeLessThanOrEqual(250);
  }, 30_000);

  it("gives every loop its share", async () => {
    const counts = Array.from({ length: 100 }, () => 0);

    await moveOnAfter(50, () =>
      Promise.all(
        counts.map(async (_, i) => {
          for (;;) {
            await checkpoint();
            counts[i] = (counts[i] ?? 0) + 1;
          }
        }),
      ),
    );

    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    expect(least).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(least * 2);
  });

  it("keeps the order in which operations completed, also past the budget", async () => {
    const queue = new WaitQueue<number>();
    const order: number[] = [];
    const all = Promise.all(Array.from({ length: 5000 }, async () => order.push(await queue.wait("a number"))));

    for (let i = 0; i < 5000; i++) queue.wake(i);
    await all;

    expect(order).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  it("delivers a completed operation although it is cancelled before its turn has come", async () => {
    let delivered = 0;

    await new CancelScope().run(async (scope) => {
      const queue = new WaitQueue();
      const all = Promise.all(
        Array.from({ length: 5000 }, async () => {
          await queue.wait("a turn");
          delivered++;
        }),
      );
      queue.wakeAll();
      scope.cancel();
      await all;
    });

    expect(delivered).toBe(5000);
  });

  it("leaves a scope only when what completed in it has been delivered", async () => {
    const events: string[] = [];

    await new CancelScope().run(async () => {
      for (let i = 0; i < 5000; i++) void checkpoint();
      void suspend("a value", (waiter) => void waiter.resume(undefined)).then(() => events.push("delivered"));
    });
    events.push("left");
    await turns(20);

    expect(events).toEqual(["delivered", "left"]);
  });
});
