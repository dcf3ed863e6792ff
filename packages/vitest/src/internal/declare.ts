import { inject } from "vitest";
import { checkClock, checkSeeds, chosenClock, chosenLeaks, chosenSeeds } from "../options.js";
import { Attempt } from "./attempt.js";
import { disguised } from "./disguised.js";
import { schedulesOf } from "./schedules.js";
import { shared, type TestClockKind } from "./shared.js";

/** How vitest's own test functions are called, with the chain's modifiers (`only`, `concurrent`, …) as `this`. */
export type Declare = (this: object, title: string, optionsOrFn?: unknown, timeoutOrFn?: unknown) => void;

/** What is collecting tests: the part of vitest's collector that is needed here. */
export interface Collector {
  readonly tasks: { repeats?: number | undefined }[];
  readonly options?: { readonly clock?: unknown; readonly seeds?: unknown; readonly leaks?: unknown };
}

/**
 * Declares a test with vitest, once for each clock it is to run on, its function in a scope of the test, to be repeated under
 * each of its schedules.
 *
 * @param declare vitest's own function for it
 */
export function declareTest(collector: Collector, declare: Declare, chain: object, ...call: Parameters<Declare>): void {
  const [title, optionsOrFn, timeoutOrFn] = call;
  const project = inject("@anyio/vitest");
  const choice = chosenClock(optionsOrFn) ?? chosenClock(collector.options) ?? project?.clock ?? "real";
  const seeds = checkSeeds(chosenSeeds(optionsOrFn) ?? chosenSeeds(collector.options) ?? project?.seeds ?? 0);
  const failsForLeaks = chosenLeaks(optionsOrFn) ?? chosenLeaks(collector.options) ?? project?.leaks ?? true;
  const clocks: TestClockKind[] = checkClock(choice) === "both" ? ["real", "virtual"] : [choice as TestClockKind];
  clocks.forEach((clock, i) => {
    declare.call(chain, i === 0 ? title : `${title} [virtual]`, inTest(optionsOrFn), inTest(timeoutOrFn));
    const test = collector.tasks.at(-1);
    if (test === undefined) return;
    shared.clocks.set(test, clock);
    if (!failsForLeaks) shared.leaky.add(test);
    const schedules = schedulesOf(seeds);
    if (schedules === undefined) return;
    shared.schedules.set(test, schedules);
    test.repeats = Math.max(test.repeats ?? 0, schedules.repeats);
  });
}

interface Context {
  readonly task: object;
  readonly signal: AbortSignal;
}

/** A test function that runs in its attempt's scope; anything else stays what it is. */
function inTest(given: unknown): unknown {
  if (typeof given !== "function" || shared.scoped.has(given)) return given;
  const fn = given as (context: Context, ...rest: unknown[]) => unknown;
  const body = (context: Context, ...rest: unknown[]): unknown => {
    const attempt = Attempt.of(context.task);
    return attempt ? attempt.perform(() => fn(context, ...rest), context.signal) : fn(context, ...rest);
  };
  shared.scoped.add(body);
  return disguised(fn, body);
}
