import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { currentTime, ExceptionGroup, moveOnAfter, run, shield, sleep } from "@anyio/core";
import { amap, asCompleted, gather, race } from "@anyio/task-groups";
import { check } from "#support/property";
import { otherTasks } from "#support/other-tasks";
import { SeededScheduler } from "#support/seeded-scheduler";
import { VirtualClock } from "./support/virtual-clock.js";

/** What one function does: it takes its time, then returns or fails; or it is cancelled and cleans up. */
interface Plan {
  readonly ms: number;
  readonly end: "value" | "failure";
  readonly cleanup: "none" | "slow" | "failing" | "slow and failing" | "swallowing";
}

/** Plans that carry their numbers; no two end at one time. */
const plans: fc.Arbitrary<Plan[]> = fc
  .array(
    fc.record({
      ms: fc.integer({ min: 1, max: 30 }),
      end: fc.constantFrom("value", "value", "value", "value", "failure"),
      cleanup: fc.constantFrom("none", "none", "slow", "failing", "slow and failing", "swallowing"),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .map((list) => list.map((plan, i) => ({ ...plan, ms: plan.ms + (i + 1) / 64 })));

const seeds = fc.integer();
/** When a cancellation from outside comes. */
const limits = fc.option(
  fc.integer({ min: 1, max: 40 }).map((ms) => ms + 1 / 128),
  { nil: Infinity },
);

/** Carries plans out, and remembers all that a caller has to hear of. */
class Crew {
  readonly thrown: Error[] = [];
  readonly finished: { index: number; at: number }[] = [];
  began = 0;
  underWay = 0;
  mostUnderWay = 0;

  async perform(plan: Plan, index: number): Promise<number> {
    this.began++;
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    try {
      await this.#attempt(plan, index);
      this.finished.push({ index, at: currentTime() });
      return index;
    } finally {
      this.underWay--;
    }
  }

  async #attempt({ ms, end, cleanup }: Plan, index: number): Promise<void> {
    try {
      await sleep(ms);
    } catch (error) {
      if (cleanup.startsWith("slow")) await shield(() => sleep(ms));
      if (cleanup.endsWith("failing")) this.#fail(`cleanup of ${index}`);
      if (cleanup !== "swallowing") throw error;
      return;
    }
    if (end === "failure") this.#fail(`failure of ${index}`);
  }

  #fail(message: string): never {
    const error = new Error(message);
    this.thrown.push(error);
    throw error;
  }
}

interface Outcome {
  readonly value: unknown;
  readonly errors: unknown[];
}

/** What comes of `fn` under a schedule, with everything joined; checks what holds for all combinators. */
async function observe(seed: number, limit: number, crew: Crew, fn: () => Promise<unknown>): Promise<Outcome> {
  const scheduler = new SeededScheduler(seed);
  const clock = new VirtualClock({ idleTurns: 3, isBusy: () => scheduler.isBusy });
  const main = async (): Promise<Outcome> => {
    try {
      return { value: await moveOnAfter(limit, fn), errors: [] };
    } catch (error) {
      const isGroup = error instanceof ExceptionGroup;
      if (isGroup) expect(error.cause).toBe(error.errors[0]);
      return { value: undefined, errors: isGroup ? (error.errors as unknown[]) : [error] };
    } finally {
      expect(crew.underWay).toBe(0);
    }
  };
  const outcome = await run(main, { signals: [], backend: { clock, scheduler } });
  expect(otherTasks()).toEqual([]);
  expect(clock.scheduled).toBe(0);
  expect(new Set(outcome.errors)).toEqual(new Set(crew.thrown));
  expect(outcome.errors).toHaveLength(crew.thrown.length);
  return outcome;
}

describe("under every schedule", () => {
  it("gather loses no result and no error", async () => {
    const property = fc.asyncProperty(plans, limits, seeds, async (list, limit, seed) => {
      const crew = new Crew();

      const { value } = await observe(seed, limit, crew, () =>
        gather(list.map((plan, index) => () => crew.perform(plan, index))),
      );

      expect(crew.began).toBe(list.length);
      if (value !== undefined) expect(value).toEqual(list.map((_, index) => index));
      else expect(crew.thrown.length > 0 || limit < Infinity).toBe(true);
    });

    await check(property, 300);
  });

  it("race has the first to finish win, and loses no error", async () => {
    const property = fc.asyncProperty(plans, limits, seeds, async (list, limit, seed) => {
      const crew = new Crew();
      const first = Math.min(...list.map(({ ms }) => ms));

      const { value } = await observe(seed, limit, crew, () =>
        race(list.map((plan, index) => () => crew.perform(plan, index))),
      );

      expect(crew.began).toBe(list.length);
      if (value !== undefined) expect(list[value as number]?.ms === first || limit < first).toBe(true);
      else expect(crew.thrown.length > 0 || limit < Infinity).toBe(true);
    });

    await check(property, 300);
  });

  it("amap calls for each item once within its limit, and loses no result, no error and no iterator", async () => {
    const property = fc.asyncProperty(
      plans,
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      limits,
      seeds,
      async (list, slots, isAsync, limit, seed) => {
        const crew = new Crew();
        let pulled = 0;
        let isClosed = false;
        function* items(): Generator<Plan> {
          try {
            for (const plan of list) {
              pulled++;
              yield plan;
            }
          } finally {
            isClosed = true;
          }
        }
        async function* slowItems(): AsyncGenerator<Plan> {
          for (const plan of items()) {
            await sleep(1 / 256);
            yield plan;
          }
        }

        const { value } = await observe(seed, limit, crew, () =>
          amap((plan, index) => crew.perform(plan, index), isAsync ? slowItems() : items(), { limit: slots }),
        );

        expect(crew.mostUnderWay).toBeLessThanOrEqual(slots);
        // What a slow source was about to yield when it was cancelled was not yielded.
        expect(pulled - crew.began).toBeLessThanOrEqual(isAsync ? 1 : 0);
        expect(isClosed || pulled === 0).toBe(true);
        if (value !== undefined) expect(value).toEqual(list.map((_, index) => index));
        else expect(crew.thrown.length > 0 || limit < Infinity).toBe(true);
      },
    );

    await check(property, 300);
  });

  it("asCompleted hands over each task once, in order, and loses no error however early it is left", async () => {
    const property = fc.asyncProperty(
      plans,
      fc.nat({ max: 10 }),
      fc.nat({ max: 10 }),
      limits,
      seeds,
      async (list, most, pause, limit, seed) => {
        const crew = new Crew();
        const taken: number[] = [];

        const { value } = await observe(seed, limit, crew, () =>
          asCompleted(
            list.map((plan, index) => () => crew.perform(plan, index)),
            async (completions) => {
              for await (const task of completions) {
                taken.push(task.returnValue);
                if (taken.length > most) return "left";
                await sleep(pause + 1 / 512);
              }
              return "all";
            },
          ),
        );

        expect(taken).toEqual(crew.finished.slice(0, taken.length).map(({ index }) => index));
        if (value === "all") expect(taken).toHaveLength(list.length);
        else if (value === "left") expect(taken).toHaveLength(most + 1);
        else expect(crew.thrown.length > 0 || limit < Infinity).toBe(true);
      },
    );

    await check(property, 300);
  });
});
