import { describe, expect, it } from "vitest";
import {
  CancelledError,
  CancelScope,
  currentTime,
  getCurrentTask,
  getRunningTasks,
  moveOnAfter,
  run,
  sleep,
  sleepForever,
  sleepUntil,
} from "@anyio/core";
import { caught } from "#support/caught";
import { turn } from "#support/turn";
import { virtually } from "#support/virtual-clock";

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

  it("takes null for no limit, as all durations do", () =>
    virtually(async (clock) => {
      const sleeping = moveOnAfter(1000, () => sleep(null as unknown as number).then(() => "at once"));
      await clock.advance(1000);

      expect(await sleeping).toBeUndefined();
    }));

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

  it("is refused in a cancelled scope, also where the time is past", async () => {
    await new CancelScope().run(async (scope) => {
      scope.cancel();
      await caught(sleepUntil(Infinity), CancelledError);
      await caught(sleepUntil(0), CancelledError);
    });
  });

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
