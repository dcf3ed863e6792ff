import { describe, expect, it } from "vitest";
import {
  CancelScope,
  currentEffectiveDeadline,
  currentTime,
  failAfter,
  moveOnAfter,
  remaining,
  shield,
  sleep,
} from "@anyio/core";
import { virtually } from "#support/virtual-clock";
import { skipExplored } from "#support/explored";

describe("currentTime", () => {
  it("is monotonic, in ms", () => {
    skipExplored("it is about the system's clock");
    const first = currentTime();
    const second = currentTime();

    expect(second).toBeGreaterThanOrEqual(first);
    expect(Math.abs(first - performance.now())).toBeLessThan(1000);
  });

  it("is the time of the run's clock", () =>
    virtually(async (clock) => {
      await clock.advance(1234);

      expect(currentTime()).toBe(1234);
    }));
});

describe("currentEffectiveDeadline", () => {
  it("is Infinity where there is none", async () => {
    expect(currentEffectiveDeadline()).toBe(Infinity);
    await new CancelScope().run(() => expect(currentEffectiveDeadline()).toBe(Infinity));
  });

  it("is the nearest of all enclosing deadlines", () =>
    virtually(async () => {
      await moveOnAfter(100, () => moveOnAfter(200, () => expect(currentEffectiveDeadline()).toBe(100)));
      await moveOnAfter(200, () => moveOnAfter(100, () => expect(currentEffectiveDeadline()).toBe(100)));
    }));

  it("does not look past a shield", () =>
    virtually(async () => {
      await moveOnAfter(100, () => shield(() => expect(currentEffectiveDeadline()).toBe(Infinity)));
      await moveOnAfter(100, () => shield(() => expect(currentEffectiveDeadline()).toBe(500), { timeout: 500 }));
    }));

  it("follows a deadline that is moved", () =>
    virtually(async () => {
      await moveOnAfter(100, (scope) => {
        scope.deadline = 300;
        expect(currentEffectiveDeadline()).toBe(300);
      });
    }));

  it("is -Infinity when effectively cancelled, also from outside", async () => {
    await new CancelScope().run(async (scope) => {
      scope.cancel();
      expect(currentEffectiveDeadline()).toBe(-Infinity);
      await failAfter(100, () => expect(currentEffectiveDeadline()).toBe(-Infinity));
      await shield(() => expect(currentEffectiveDeadline()).toBe(Infinity));
    });
  });

  it("is -Infinity when the time was up at entry", () =>
    virtually(() => moveOnAfter(0, () => expect(currentEffectiveDeadline()).toBe(-Infinity))));
});

describe("remaining", () => {
  it("is what is left until the effective deadline", () =>
    virtually(async (clock) => {
      await moveOnAfter(100, async () => {
        const seen = [remaining()];
        const slept = sleep(30);
        await clock.advance(30);
        await slept;
        seen.push(remaining());

        expect(seen).toEqual([100, 70]);
      });
    }));

  it("is Infinity without a deadline, and 0 when cancelled", async () => {
    expect(remaining()).toBe(Infinity);

    await new CancelScope().run((scope) => {
      scope.cancel();
      expect(remaining()).toBe(0);
    });
  });
});
