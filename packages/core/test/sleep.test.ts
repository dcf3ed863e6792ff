import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  CancelledError,
  CancelScope,
  currentTime,
  getCurrentTask,
  getRunningTasks,
  run,
  sleep,
  sleepForever,
  sleepUntil,
} from "@anyio/core";
import { caught } from "./support/caught.js";
import { turn } from "./support/turn.js";
import { virtually } from "./support/virtual-clock.js";

describe("sleep", () => {
  it("waits for as long as it is told", () =>
    virtually(async (clock) => {
      const woken: number[] = [];

      const slept = sleep(100).then(() => woken.push(clock.now()));
      await clock.advance(1000);
      await slept;

      expect(woken).toEqual([100]);
    }));

  it("does not end early on the system's clock", async () => {
    const start = currentTime();

    await sleep(5);

    expect(currentTime() - start).toBeGreaterThanOrEqual(5);
  });

  it.each([0, -5, -Infinity])("lets others run with %s", (ms) =>
    virtually(async (clock) => {
      await sleep(ms);

      expect(clock.now()).toBe(0);
    }),
  );

  it("wakes sleepers in the order of their times, and of their calls where these are equal", () =>
    virtually(async (clock) => {
      const woken: string[] = [];
      const times: [string, number][] = [
        ["c", 30],
        ["a", 10],
        ["b1", 20],
        ["b2", 20],
        ["d", 40],
      ];

      const all = Promise.all(times.map(([name, ms]) => sleep(ms).then(() => woken.push(name))));
      await clock.advance(50);
      await all;

      expect(woken).toEqual(["a", "b1", "b2", "c", "d"]);
    }));

  it("is ended by a cancellation, and leaves nothing with the clock", () =>
    virtually(async (clock) => {
      await new CancelScope().run(async (scope) => {
        const slept = caught(sleep(100), CancelledError);
        expect(clock.pending).toBe(1);
        scope.cancel();
        await slept;
      });

      expect(clock.pending).toBe(0);
    }));

  it("is refused in a cancelled scope, with 0 too, and nothing is scheduled", () =>
    virtually(async (clock) => {
      await new CancelScope().run(async (scope) => {
        scope.cancel();
        await caught(sleep(100), CancelledError);
        await caught(sleep(0), CancelledError);
        expect(clock.pending).toBe(0);
      });
    }));

  it("takes times past 2^31-1", () =>
    virtually(async (clock) => {
      const far = 2 ** 31 + 5;
      const woken: number[] = [];

      const slept = sleep(far).then(() => woken.push(clock.now()));
      await clock.advance(far);
      await slept;

      expect(woken).toEqual([far]);
    }));

  it("rejects with RangeError for NaN and TypeError for what is no number", async () => {
    await caught(sleep(Number.NaN), RangeError);
    const error = await caught(sleep("long" as unknown as number), TypeError);

    expect(error.message).toContain("long");
  });

  it("says how long in a task dump", () =>
    run(
      async () => {
        const slept = new CancelScope().run((scope) => {
          queueMicrotask(() => scope.cancel());
          return Promise.all([sleep(60_000), Promise.resolve(getCurrentTask().waitingFor)]);
        });
        const waitingFor = getRunningTasks().find(({ name }) => name === "sleeper")?.waitingFor;
        await slept;

        expect(waitingFor).toContain("sleep(60000)");
      },
      { name: "sleeper", signals: [] },
    ));
});

describe("sleepUntil", () => {
  it("waits until the clock says so", () =>
    virtually(async (clock) => {
      await clock.advance(1000);
      const woken: number[] = [];

      const slept = sleepUntil(1010).then(() => woken.push(clock.now()));
      await clock.advance(100);
      await slept;

      expect(woken).toEqual([1010]);
    }));

  it("only lets others run when the time is past", () =>
    virtually(async (clock) => {
      await clock.advance(1000);

      await sleepUntil(999);

      expect(clock.now()).toBe(1000);
    }));

  it("rejects with RangeError for NaN", async () => {
    await caught(sleepUntil(Number.NaN), RangeError);
  });
});

describe("sleepForever", () => {
  it("ends by cancellation only", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (scope) => {
      const slept = sleepForever().catch(() => events.push("cancelled"));
      await turn();
      events.push("asleep");
      scope.cancel();
      await slept;
    });

    expect(events).toEqual(["asleep", "cancelled"]);
  });
});

describe("the system's clock", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"], now: 0 });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it("wakes at the right time, in the right order, whatever is scheduled and cancelled meanwhile", async () => {
    const ms = fc.integer({ min: 0, max: 50 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant("sleep" as const), ms }),
      fc.record({ kind: fc.constant("cancel" as const), which: fc.nat({ max: 30 }) }),
      fc.record({ kind: fc.constant("advance" as const), ms }),
    );

    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const woken: string[] = [];
        const expected: string[] = [];
        const start = performance.now();
        const sleepers: { id: number; at: number; scope: CancelScope; done: Promise<unknown> }[] = [];
        let model: { id: number; at: number }[] = [];

        for (const [id, each] of steps.entries()) {
          if (each.kind === "sleep") {
            const scope = new CancelScope();
            const at = performance.now() + each.ms;
            const done = scope.run(() =>
              sleep(each.ms).then(() => woken.push(`${id} at ${performance.now() - start}`)),
            );
            sleepers.push({ id, at, scope, done });
            if (each.ms === 0) expected.push(`${id} at ${performance.now() - start}`);
            else model.push({ id, at });
          } else if (each.kind === "cancel") {
            const victim = sleepers[each.which];
            victim?.scope.cancel();
            model = model.filter(({ id: other }) => other !== victim?.id);
          } else {
            const end = performance.now() + each.ms;
            const due = model.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at || a.id - b.id);
            expected.push(...due.map(({ id: other, at }) => `${other} at ${at - start}`));
            model = model.filter(({ at }) => at > end);
            await vi.advanceTimersByTimeAsync(each.ms);
          }
          // What is decided is told before the next step.
          await turn();
        }

        for (const { scope } of sleepers) scope.cancel();
        await Promise.all(sleepers.map(({ done }) => done));
        expect(woken).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it("waits longer than setTimeout can", async () => {
    const events: string[] = [];
    const far = 2 ** 31 + 1000;

    const slept = sleep(far).then(() => events.push("woken"));
    await vi.advanceTimersByTimeAsync(far - 1);
    events.push("asleep");
    await vi.advanceTimersByTimeAsync(1);
    await slept;

    expect(events).toEqual(["asleep", "woken"]);
  });

  it("wakes 10,000 sleepers that it was given in random order in the order of their times", async () => {
    const times = fc.sample(fc.integer({ min: 1, max: 1_000_000 }), { numRuns: 10_000, seed: 1 });
    const woken: number[] = [];

    const all = Promise.all(times.map((ms) => sleep(ms).then(() => woken.push(ms))));
    await vi.advanceTimersByTimeAsync(1_000_000);
    while (woken.length < times.length) await turn();
    await all;

    expect(woken).toEqual(times.toSorted((a, b) => a - b));
  });

  it("holds no timer once nobody sleeps", async () => {
    const slept = sleep(10);
    await vi.advanceTimersByTimeAsync(10);
    await slept;

    expect(vi.getTimerCount()).toBe(0);
  });
});
