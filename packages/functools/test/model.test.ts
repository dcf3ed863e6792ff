import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CancelScope, run } from "@anyio/core";
import { lruCache } from "@anyio/functools";
import { Future } from "@anyio/sync";
import { skipExplored } from "#support/explored";
import { check } from "#support/property";
import { SeededScheduler } from "#support/seeded-scheduler";
import { turns } from "#support/turn";

/**
 * What happens before everything comes to rest again. Callers are numbered in the order of their calls, and a computation
 * has the number of the one who computes: a call computes once at most.
 */
type Moment =
  | { readonly do: "call"; readonly keys: readonly number[] }
  | { readonly do: "cancel"; readonly callers: readonly number[] }
  /** Ends the computation that runs in the scope of a caller. */
  | { readonly do: "finish"; readonly caller: number; readonly fails: boolean }
  | { readonly do: "clear" };

/** How it is when all is done. */
interface Outcome {
  /** What has become of each caller. */
  readonly callers: readonly string[];
  /** Who computed, and not in which order: a key that was cleared may be computed twice at once. */
  readonly computations: readonly number[];
  readonly hits: number;
  readonly misses: number;
  readonly currentSize: number;
}

const KEYS = [0, 1, 2];

describe("any program of calls, cancellations and results", () => {
  it("does what the model of a shared cache says, under every schedule", { timeout: 60_000 }, async () => {
    skipExplored("it has schedulers of its own");
    const property = fc.asyncProperty(
      fc.array(moments(), { maxLength: 20 }),
      fc.constantFrom(0, 1, 2, null),
      fc.option(fc.integer()),
      async (program, maxSize, seed) => {
        expect(await execute(program, maxSize, seed)).toEqual(predict(program, maxSize));
      },
    );

    await check(property, 500);
  });
});

function moments(): fc.Arbitrary<Moment> {
  const caller = fc.nat(12);
  return fc.oneof(
    fc.record({
      do: fc.constant("call" as const),
      keys: fc.array(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 4 }),
    }),
    fc.record({ do: fc.constant("cancel" as const), callers: fc.array(caller, { minLength: 1, maxLength: 3 }) }),
    fc.record({ do: fc.constant("finish" as const), caller, fails: fc.boolean() }),
    fc.record({ do: fc.constant("clear" as const) }),
  );
}

/** The cache as its documentation has it. */
function predict(program: readonly Moment[], maxSize: number | null): Outcome {
  const callers: string[] = [];
  const computations: number[] = [];
  let kept: { readonly key: number; readonly value: string }[] = [];
  let open: { readonly key: number; waiting: number[]; isCleared: boolean }[] = [];
  let hits = 0;
  let misses = 0;

  const compute = (caller: number): void => {
    misses++;
    computations.push(caller);
  };
  const call = (key: number): void => {
    const hit = kept.find((entry) => entry.key === key);
    const entry = open.find((other) => other.key === key && !other.isCleared);
    const caller = callers.push("pending") - 1;
    if (hit !== undefined) {
      hits++;
      callers[caller] = hit.value;
      kept = [...kept.filter((other) => other !== hit), hit];
    } else if (entry !== undefined) {
      entry.waiting.push(caller);
    } else {
      open.push({ key, waiting: [caller], isCleared: false });
      compute(caller);
    }
  };
  const cancel = (gone: readonly number[]): void => {
    for (const caller of gone) if (callers[caller] === "pending") callers[caller] = "cancelled";
    for (const entry of open) {
      const [first] = entry.waiting;
      entry.waiting = entry.waiting.filter((caller) => !gone.includes(caller));
      const [next = first] = entry.waiting;
      if (next !== undefined && next !== first) compute(next);
    }
    open = open.filter(({ waiting }) => waiting.length > 0);
  };
  const finish = (caller: number, fails: boolean): void => {
    const entry = open.find(({ waiting }) => waiting[0] === caller);
    if (entry === undefined) return;
    open = open.filter((other) => other !== entry);
    const result = `${fails ? "error" : "value"} of ${caller}`;
    for (const waiting of entry.waiting) callers[waiting] = result;
    if (fails) return;
    hits += entry.waiting.length - 1;
    if (!entry.isCleared) kept = [...kept, { key: entry.key, value: result }];
    if (maxSize !== null) kept = kept.slice(Math.max(kept.length - maxSize, 0));
  };
  const clear = (): void => {
    for (const entry of open) entry.isCleared = true;
    kept = [];
    hits = misses = 0;
  };

  for (const moment of program) {
    if (moment.do === "call") moment.keys.forEach(call);
    else if (moment.do === "cancel") cancel(moment.callers);
    else if (moment.do === "finish") finish(moment.caller, moment.fails);
    else clear();
  }
  return { callers, computations: sorted(computations), hits, misses, currentSize: kept.length };
}

/** The cache as it is. */
function execute(program: readonly Moment[], maxSize: number | null, seed: number | null): Promise<Outcome> {
  const scheduler = seed === null ? undefined : new SeededScheduler(seed);
  const callers: string[] = [];
  const scopes: CancelScope[] = [];
  const computations: number[] = [];
  const results = new Map<number, Future<void>>();
  const running: Promise<void>[] = [];

  const load = lruCache(
    async (_key: number, caller: number) => {
      computations.push(caller);
      const result = new Future<void>();
      results.set(caller, result);
      try {
        await result.wait();
        return `value of ${caller}`;
      } catch (error) {
        throw error instanceof RangeError ? new RangeError(`error of ${caller}`) : error;
      } finally {
        results.delete(caller);
      }
    },
    { maxSize, key: (key) => key },
  );
  const call = async (key: number): Promise<void> => {
    const caller = callers.push("pending") - 1;
    const scope = new CancelScope();
    scopes.push(scope);
    try {
      callers[caller] = (await scope.run(() => load(key, caller))) ?? "cancelled";
    } catch (error) {
      callers[caller] = (error as Error).message;
    }
  };
  const rest = async (): Promise<void> => {
    await turns(3);
    if (scheduler?.isBusy) await rest();
  };
  const main = async (): Promise<Outcome> => {
    for (const moment of program) {
      if (moment.do === "call") running.push(...moment.keys.map(call));
      else if (moment.do === "cancel") for (const caller of moment.callers) scopes[caller]?.cancel();
      else if (moment.do === "clear") load.cacheClear();
      else if (moment.fails) results.get(moment.caller)?.setError(new RangeError());
      else results.get(moment.caller)?.setResult();
      await rest();
    }
    const { hits, misses, currentSize } = load.cacheInfo();
    const outcome = { callers: [...callers], computations: sorted(computations), hits, misses, currentSize };
    for (const scope of scopes) scope.cancel();
    await Promise.all(running);
    return outcome;
  };
  return run(main, { signals: [], backend: scheduler === undefined ? {} : { scheduler } });
}

function sorted(numbers: readonly number[]): number[] {
  return numbers.toSorted((a, b) => a - b);
}
