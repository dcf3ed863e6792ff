import type { TestOptions } from "vitest";

/** Which clock a test runs on; "both" is two tests, the second titled `… [virtual]`. */
export type ClockChoice = "real" | "virtual" | "both";

/** What the plugin is told for a project. */
export interface AnyioOptions {
  /** "auto": every plain vitest test, hook and fixture runs in a scope of its own. "manual": only the tests of `@anyio/vitest`. */
  mode?: "auto" | "manual";
  /** The clock of the tests that do not choose one: "real" unless given. */
  clock?: ClockChoice;
}

declare module "vitest" {
  interface TestOptions {
    /** Which clock the test runs on: the project's choice unless given, which is "real" unless given. */
    clock?: ClockChoice;
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

/** The clock that the options of a test or of a suite choose. */
export function chosenClock(options: unknown): ClockChoice | undefined {
  return typeof options === "object" && options !== null ? (options as TestOptions).clock : undefined;
}
