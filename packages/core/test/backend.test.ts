import { describe, expect, it } from "vitest";
import { CancelScope, currentTime, failAfter, moveOnAfter, run, sleep, sleepForever, TimeoutError } from "@anyio/core";
import { type Backend, checkpoint, currentScope, type Scheduler, Task, WaitQueue } from "@anyio/core/lowlevel";
import { caught } from "#support/caught";
import { SeededScheduler } from "#support/seeded-scheduler";
import { turns } from "#support/turn";
import { virtually, VirtualClock } from "#support/virtual-clock";
import { skipExplored } from "#support/explored";

class Child extends Task {
  static start(fn: () => unknown): void {
    new Child(currentScope(), "child").begin(fn);
  }

  protected override ended(): void {}
}

describe("Backend.clock", () => {
  it("is the time of everything in the run", () =>
    virtually(async (clock) => {
      const events: string[] = [];

      const all = Promise.all([
        sleep(50).then(() => events.push(`slept until ${currentTime()}`)),
        moveOnAfter(20, () => sleepForever()).then(() => events.push(`moved on at ${currentTime()}`)),
        caught(
          failAfter(30, () => sleepForever()),
          TimeoutError,
        ).then(() => events.push(`failed at ${currentTime()}`)),
        new CancelScope({ deadline: 10 })
          .run(() => sleepForever())
          .then(() => events.push(`cancelled at ${currentTime()}`)),
      ]);
      await clock.advance(100);
      await all;

      expect(events).toEqual(["cancelled at 10", "moved on at 20", "failed at 30", "slept until 50"]);
    }));

  it("lets an hour pass at once", () =>
    virtually(async (clock) => {
      const slept = sleep(3_600_000);
      await clock.advance(3_600_000);
      await slept;

      expect(currentTime()).toBe(3_600_000);
    }));

  it("is a nested run's too, unless that has one of its own", () =>
    virtually(async (clock) => {
      await clock.advance(1000);
      const own = new VirtualClock();

      expect(await run(() => currentTime())).toBe(1000);
      expect(await run(() => currentTime(), { backend: { clock: own } })).toBe(0);
      expect(currentTime()).toBe(1000);
    }));

  it("is no other run's", async () => {
    skipExplored("its time has to be above 0, where virtual time begins");
    const times = await Promise.all([
      virtually(async () => {
        await turns(2);
        return currentTime();
      }),
      run(
        async () => {
          await turns(2);
          return currentTime();
        },
        { signals: [] },
      ),
    ]);

    expect(times[0]).toBe(0);
    expect(times[1]).toBeGreaterThan(0);
  });

  it("keeps nothing scheduled when the run is over", () =>
    virtually(async (clock) => {
      await moveOnAfter(1000, () => sleep(0));
      await new CancelScope().run((scope) => {
        void sleep(1000);
        scope.cancel();
      });

      expect(clock.pending).toBe(0);
    }));

  it("delays the refusals of a swallowing loop in its own time", () =>
    virtually(async (clock) => {
      const refused: number[] = [];

      await new CancelScope().run(async (scope) => {
        scope.cancel();
        const loop = (async () => {
          for (let i = 0; i < 20; i++) await checkpoint().catch(() => refused.push(currentTime()));
        })();
        await clock.advance(1000);
        await loop;
      });

      expect(refused).toHaveLength(20);
      expect(refused.slice(0, 16)).toEqual(Array.from({ length: 16 }, () => 0));
      expect(refused.at(-1)).toBeGreaterThan(0);
    }));
});

describe("Backend.scheduler", () => {
  const orderWith = (backend: Backend): Promise<string> =>
    run(
      async () => {
        const order: string[] = [];
        await new CancelScope().run(async (scope) => {
          for (const name of ["a", "b", "c", "d", "e"]) {
            Child.start(async () => {
              await checkpoint();
              order.push(name);
            });
          }
          await turns(30);
          scope.cancel();
        });
        return order.join("");
      },
      { signals: [], backend },
    );

  it("decides in which order what is ready resumes", async () => {
    skipExplored("it has schedulers of its own");
    const orders = await Promise.all(
      Array.from({ length: 20 }, (_, seed) => orderWith({ scheduler: new SeededScheduler(seed) })),
    );

    expect(await orderWith({})).toBe("abcde");
    expect(new Set(orders).size).toBeGreaterThan(5);
    expect(orders.map((order) => order.split("").toSorted().join(""))).toEqual(orders.map(() => "abcde"));
  });

  it("is that of the run around it in one that only has a clock of its own", async () => {
    const orders = await Promise.all(
      Array.from({ length: 20 }, (_, seed) =>
        run(() => orderWith({ clock: new VirtualClock() }), {
          signals: [],
          backend: { scheduler: new SeededScheduler(seed) },
        }),
      ),
    );

    expect(new Set(orders).size).toBeGreaterThan(5);
  });

  it("replays an order", async () => {
    const first = await orderWith({ scheduler: new SeededScheduler(7) });
    const second = await orderWith({ scheduler: new SeededScheduler(7) });

    expect(second).toBe(first);
  });

  it("keeps what is promised to be first in, first out", async () => {
    for (let seed = 0; seed < 20; seed++) {
      await run(
        async () => {
          const queue = new WaitQueue<number>();
          const got: string[] = [];
          const all = Promise.all(
            ["a", "b", "c"].map(async (name) => got.push(`${name}${await queue.wait("a turn")}`)),
          );
          for (const value of [1, 2, 3]) queue.wake(value);
          await all;

          expect(got.toSorted()).toEqual(["a1", "b2", "c3"]);
        },
        { signals: [], backend: { scheduler: new SeededScheduler(seed) } },
      );
    }
  });

  it("may resume at once", async () => {
    const immediate: Scheduler = { ready: (resume) => resume() };

    expect(await orderWith({ scheduler: immediate })).toBe("abcde");
  });

  it("works together with a virtual clock, for the same program under 50 seeds", async () => {
    for (let seed = 0; seed < 50; seed++) {
      await virtually(
        async (clock) => {
          const error = caught(
            failAfter(100, () => Promise.all([sleep(50), sleepForever()])),
            TimeoutError,
          );
          await clock.advance(100);

          expect((await error).budget).toBe(100);
        },
        { scheduler: new SeededScheduler(seed) },
      );
    }
  });
});
