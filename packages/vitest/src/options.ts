import type { TestOptions } from "vitest";

/** Which clock a test runs on; "both" is two tests, the second titled `… [virtual]`. */
export type ClockChoice = "real" | "virtual" | "both";

/**
 * Under which schedules a test runs, one after the other, hooks and fixtures included: those of that many seeds, or of these very
 * seeds. A seed decides the order in which tasks that are ready go on. 0: only once, as tasks go on by themselves.
 */
export type Seeds = number | readonly number[];

/** What the plugin is told for a project. */
export interface AnyioOptions {
  /** "auto": every plain vitest test, hook and fixture runs in a scope of its own. "manual": only the tests of `@anyio/vitest`. */
  mode?: "auto" | "manual";
  /** The clock of the tests that do not choose one: "real" unless given. */
  clock?: ClockChoice;
  /** The schedules of the tests that do not choose: 0 unless given. */
  seeds?: Seeds;
  /** Whether the tests that do not choose fail for what they leave behind: true unless given. */
  leaks?: boolean;
}

declare module "vitest" {
  interface TestOptions {
    /** Which clock the test runs on: the project's choice unless given, which is "real" unless given. */
    clock?: ClockChoice;
    /** Under which schedules the test runs: the project's choice unless given, which is 0 unless given. */
    seeds?: Seeds;
    /**
     * Whether the test fails for what it leaves behind: the project's choice unless given, which is true unless given. With false, for tests of that very thing, it is cancelled and
     * waited for without a word.
     */
    leaks?: boolean;
  }

  interface ProvidedContext {
    "@anyio/vitest"?: AnyioOptions;
  }
}

const CHOICES: readonly unknown[] = ["real", "virtual", "both"];

/** Lets a choice of clock pass. */
export function checkClock(clock: unknown): ClockChoice {
  if (CHOICES.includes(clock)) return clock as ClockChoice;
  throw new TypeError(`clock is ${JSON.stringify(clock)}; it has to be "real", "virtual" or "both"`);
}

/** Lets a choice of schedules pass. */
export function checkSeeds(seeds: unknown): Seeds {
  const isCount = Number.isSafeInteger(seeds) && (seeds as number) >= 0;
  const isList = Array.isArray(seeds) && seeds.length > 0 && seeds.every(Number.isSafeInteger);
  if (isCount || isList) return seeds as Seeds;
  throw new TypeError(`seeds is ${JSON.stringify(seeds)}; it has to be how many, 0 for none, or a list of integers`);
}

/** The schedules that the options of a test or of a suite choose. */
export function chosenSeeds(options: unknown): Seeds | undefined {
  return typeof options === "object" && options !== null ? (options as TestOptions).seeds : undefined;
}

/** Whether the options of a test or of a suite have leaks fail it. */
export function chosenLeaks(options: unknown): boolean | undefined {
  return typeof options === "object" && options !== null ? (options as TestOptions).leaks : undefined;
}

/** The clock that the options of a test or of a suite choose. */
export function chosenClock(options: unknown): ClockChoice | undefined {
  return typeof options === "object" && options !== null ? (options as TestOptions).clock : undefined;
}
