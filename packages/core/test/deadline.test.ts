import { describe, expect, it } from "vitest";
import { CancelledError, CancelScope, currentTime, sleep, sleepForever } from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import { caught } from "#support/caught";
import { turns } from "#support/turn";
import { virtually } from "#support/virtual-clock";
import { skipExplored } from "#support/explored";

describe("CancelScope.deadline", () => {
  it("cancels the scope when the time has come", () =>
    virtually(async (clock) => {
      const scope = new CancelScope({ deadline: 100 });
      const events: string[] = [];

      const left = scope.run(() => sleepForever()).then(() => events.push(`left at ${clock.now()}`));
      await clock.advance(99);
      events.push(`cancelled at 99: ${scope.cancelCalled}`);
      await clock.advance(1);
      await left;

      expect(events).toEqual(["cancelled at 99: false", "left at 100"]);
      expect([scope.cancelCalled, scope.cancelledCaught]).toEqual([true, true]);
    }));

  it("can be moved out, in, and away", () =>
    virtually(async (clock) => {
      const scope = new CancelScope({ deadline: 100 });

      await scope.run(async () => {
        scope.deadline = 200;
        await clock.advance(150);
        expect(scope.cancelCalled).toBe(false);
        scope.deadline = Infinity;
        await clock.advance(1000);
        expect(scope.cancelCalled).toBe(false);
        scope.deadline = 1200;
        await clock.advance(50);
        expect(scope.cancelCalled).toBe(true);
      });
    }));

  it("cancels when it is moved into the past", () =>
    virtually(async (clock) => {
      await clock.advance(50);

      await new CancelScope().run(async (scope) => {
        const waiting = sleepForever();
        scope.deadline = 10;
        await turns(3);
        expect(scope.cancelCalled).toBe(true);
        await caught(waiting, CancelledError);
      });
    }));

  it("does not un-cancel when it is moved out again", () =>
    virtually(async () => {
      await new CancelScope({ deadline: 0 }).run(async (scope) => {
        scope.deadline = 1000;
        await caught(checkpoint(), CancelledError);
      });
    }));

  it("cancels at the first cancellation point when it is past at entry", () =>
    virtually(async () => {
      const events: string[] = [];

      const scope = new CancelScope({ deadline: -5 });
      await scope.run(async () => {
        events.push("body");
        await checkpoint();
        events.push("not reached");
      });

      expect(events).toEqual(["body"]);
      expect(scope.cancelledCaught).toBe(true);
    }));

  it("cancels at the first cancellation point when it has passed before entry", () =>
    virtually(async (clock) => {
      const scope = new CancelScope({ deadline: 10 });
      await clock.advance(20);

      await scope.run(() => checkpoint());

      expect(scope.cancelledCaught).toBe(true);
    }));

  it("holds nothing of the clock once the scope is left", () =>
    virtually(async (clock) => {
      await new CancelScope({ deadline: 1000 }).run(() => {
        expect(clock.pending).toBe(1);
      });

      expect(clock.pending).toBe(0);
    }));

  it("does not disturb a scope that is left by then", () =>
    virtually(async (clock) => {
      const scope = new CancelScope({ deadline: 10 });
      await scope.run(() => {});

      await clock.advance(20);

      expect(scope.cancelCalled).toBe(false);
    }));

  it("can be set before entry and read at any time", () => {
    const scope = new CancelScope();
    const seen = [scope.deadline];
    scope.deadline = 1234;
    seen.push(scope.deadline);

    expect(seen).toEqual([Infinity, 1234]);
  });

  it("takes times past 2^31-1", () =>
    virtually(async (clock) => {
      const far = 2 ** 31 + 1000;
      const scope = new CancelScope({ deadline: far });

      const left = scope.run(() => sleepForever());
      await clock.advance(far - 1);
      expect(scope.cancelCalled).toBe(false);
      await clock.advance(1);

      await left;
      expect(scope.cancelCalled).toBe(true);
    }));

  it("takes times past 2^31-1 on the system's clock, which would fire at once", async () => {
    skipExplored("it is about the system's clock");
    const scope = new CancelScope({ deadline: currentTime() + 2 ** 31 + 1000 });

    await scope.run(async () => {
      await sleep(2);
      await turns(3);
    });

    expect(scope.cancelCalled).toBe(false);
  });

  it("rejects NaN", () => {
    expect(() => new CancelScope({ deadline: Number.NaN })).toThrow(RangeError);
    expect(() => (new CancelScope().deadline = Number.NaN)).toThrow(RangeError);
  });

  it("rejects what is no number, naming the argument and the value", () => {
    const bad = "soon" as unknown as number;

    expect(() => new CancelScope({ deadline: bad })).toThrow(TypeError);
    expect(() => new CancelScope({ deadline: bad })).toThrow(/deadline.*soon/);
  });
});
