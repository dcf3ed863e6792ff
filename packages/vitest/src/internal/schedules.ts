import { env } from "node:process";
import { SeededScheduler } from "@anyio/testing";
import { checkSeeds, type Seeds } from "../options.js";

/**
 * The schedules that one test runs under, one for each of vitest's repetitions of it.
 *
 * Vitest can't be told to repeat a test no more. Once nothing new can be learned, what is left of the repetitions is without
 * the test's function.
 */
export class Schedules {
  readonly #seeds: readonly number[];
  #index = 0;
  #current: SeededScheduler | undefined;

  constructor(seeds: readonly number[]) {
    this.#seeds = seeds;
  }

  /** How often the test is to be repeated. */
  get repeats(): number {
    return this.#seeds.length - 1;
  }

  /** Whether the schedules to come are without interest: one has failed, or there is only one. */
  isOver = false;

  /**
   * The schedule of the attempt that begins.
   *
   * @param state what vitest says of the test before it: "run" is the first attempt at a schedule, or one that is retried
   * @param isVirtual whether the attempt's time depends on nothing but the test
   */
  next(state: string | undefined, isVirtual: boolean): SeededScheduler {
    if (state === "pass" || state === "fail") {
      this.#index++;
      this.isOver ||= state === "fail" || (isVirtual && this.#current?.hasChosen === false);
    }
    this.#current = new SeededScheduler(this.#seed);
    return this.#current;
  }

  /** What a failure under the current schedule is told with. */
  get note(): string {
    const seed = this.#seed;
    const others = this.#index === 0 ? "" : `, after ${this.#index} that passed`;
    return `It failed under the schedule of seed ${seed}${others}. ANYIO_SEEDS=${seed} runs this one alone, and so does { seeds: [${seed}] } in its options.`;
  }

  get #seed(): number {
    return this.#seeds[this.#index % this.#seeds.length] ?? 0;
  }
}

/** The schedules of a test that is to run under those of `seeds`; undefined for none. */
export function schedulesOf(seeds: Seeds): Schedules | undefined {
  const list = typeof seeds === "number" ? Array.from({ length: seeds }, (_, seed) => seed) : seeds;
  if (list.length === 0) return undefined;
  const replayed = env["ANYIO_SEEDS"];
  return new Schedules(replayed ? (checkSeeds(replayed.split(",").map(Number)) as number[]) : list);
}
