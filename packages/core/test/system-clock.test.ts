import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
// What is exported is one clock for the process. This is a fresh one each time, for the timers under it are faked.
import { SystemClock } from "../src/internal/system-clock.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "performance"], now: 0 });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("SystemClock", () => {
  it("calls back at the right time, in the right order, whatever is scheduled and cancelled meanwhile", () => {
    const ms = fc.integer({ min: 0, max: 50 });
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant("schedule" as const), ms }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat({ max: 60 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("advance" as const), ms }) },
    );

    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const clock = new SystemClock();
        const start = clock.now();
        const called: string[] = [];
        const expected: string[] = [];
        const entries: { cancel(): void }[] = [];
        let model: { id: number; at: number }[] = [];

        for (const each of steps) {
          if (each.kind === "schedule") {
            const id = entries.length;
            const at = clock.now() + each.ms;
            entries.push(clock.schedule(at, () => called.push(`${id} at ${clock.now() - start}`)));
            model.push({ id, at });
          } else if (each.kind === "cancel") {
            entries[each.which]?.cancel();
            model = model.filter(({ id }) => id !== each.which);
          } else {
            const end = clock.now() + each.ms;
            // The model sorts stably: what is due at one time keeps its order.
            const due = model.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
            expected.push(...due.map(({ id, at }) => `${id} at ${at - start}`));
            model = model.filter(({ at }) => at > end);
            vi.advanceTimersByTime(each.ms);
          }
          expect(called).toEqual(expected);
        }

        vi.advanceTimersByTime(1000);
        expect(called).toHaveLength(expected.length + model.length);
      }),
      { numRuns: 500 },
    );
  });

  it("waits longer than setTimeout can", () => {
    const far = 2 ** 31 + 1000;
    const called: number[] = [];
    const clock = new SystemClock();

    clock.schedule(far, () => called.push(clock.now()));
    vi.advanceTimersByTime(far - 1);
    expect(called).toEqual([]);
    vi.advanceTimersByTime(1);

    expect(called).toEqual([far]);
  });

  it("calls back 10,000 times in the order of the times", () => {
    const times = fc.sample(fc.integer({ min: 1, max: 1_000_000 }), { numRuns: 10_000, seed: 1 });
    const clock = new SystemClock();
    const called: number[] = [];

    for (const at of times) clock.schedule(at, () => called.push(at));
    vi.advanceTimersByTime(1_000_000);

    expect(called).toEqual(times.toSorted((a, b) => a - b));
  });

  it("takes what is scheduled and cancelled by a callback", () => {
    const clock = new SystemClock();
    const called: string[] = [];

    const doomed = clock.schedule(20, () => called.push("doomed"));
    clock.schedule(10, () => {
      called.push("first");
      doomed.cancel();
      clock.schedule(15, () => called.push("from a callback"));
      clock.schedule(5, () => called.push("due already"));
    });
    vi.advanceTimersByTime(100);

    expect(called).toEqual(["first", "due already", "from a callback"]);
  });

  it("takes a second cancel, and one after the call", () => {
    const clock = new SystemClock();
    const called: string[] = [];
    const entry = clock.schedule(10, () => called.push("called"));
    const other = clock.schedule(10, () => called.push("not called"));

    other.cancel();
    other.cancel();
    vi.advanceTimersByTime(10);
    entry.cancel();
    clock.schedule(20, () => called.push("later"));
    vi.advanceTimersByTime(10);

    expect(called).toEqual(["called", "later"]);
  });

  it("sets at most one native timer", () => {
    const clock = new SystemClock();

    for (let i = 1000; i > 0; i--) clock.schedule(i, () => {});

    expect(vi.getTimerCount()).toBe(1);
  });
});
