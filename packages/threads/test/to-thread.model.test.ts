import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BrokenWorkerError, CancelScope, currentSignal, isCancelled, sleep } from "@anyio/core";
import { CapacityLimiter } from "@anyio/sync";
import { callable, type RemoteFunction, toThread, type ToThreadOptions } from "@anyio/threads";
import { mayLeak } from "#support/may-leak";
import { check } from "#support/property";
import { unhandledRejectionsOf } from "#support/unhandled";
import { takeWarnings } from "#support/warnings";
import { inProgram } from "./support/program.js";
import { flag, work } from "./support/work.js";

type Ask = (n: number) => Promise<number>;
type Options = Pick<ToThreadOptions, "limiter" | "onCancel" | "grace">;

/** What a call does, and what it may come to where it is not cancelled. */
const CALLS: Record<string, (n: number, options: Options) => Promise<unknown>> = {
  adds: (n, options) => toThread.run(work.add, [n, 0], options),
  spins: (n, options) => toThread.run((n: number, ms: number) => (ms > 0 ? n : -1), [n, 1], options),
  waits: (n, options) =>
    toThread.run(async (n: number) => new Promise((resolve) => setTimeout(() => resolve(n), 5)), [n], options),
  checks: (n, options) => toThread.run(work.spinUntilCancelled, [], options).then(() => n),
  asks: (n, options) =>
    toThread.run(
      (remote: RemoteFunction<Ask>, n: number) => remote.callSync(n),
      [callable((n: number) => sleep(1).then(() => n)), n],
      options,
    ),
  fails: (n, options) => toThread.run(work.fail, [], options).catch((error: unknown) => own(error, "OddError", n)),
  leaves: (n, options) =>
    toThread.run(
      (n: number) => {
        setTimeout(() => {
          throw new RangeError("left behind");
        }, 2);
        return n;
      },
      [n],
      options,
    ),
  exits: (n, options) =>
    toThread
      .run(() => process.exit(1), [], options)
      .catch((error: unknown) => {
        if (error instanceof BrokenWorkerError) return n;
        throw error;
      }),
};

const call = fc.record({
  what: fc.constantFrom(...Object.keys(CALLS)),
  onCancel: fc.constantFrom("wait" as const, "abandon" as const, "terminate" as const),
});

/** Calls that are cancelled together. */
const group = fc.record({ calls: fc.array(call, { maxLength: 4 }), cancelAfter: fc.option(fc.nat(15)) });

describe("toThread.run, whatever happens to its calls", () => {
  it("gives each its own result or cancels it, and keeps to its tokens", { timeout: 60_000 }, async () => {
    await check(
      fc.asyncProperty(fc.array(group, { maxLength: 4 }), fc.integer({ min: 1, max: 3 }), async (groups, tokens) => {
        const limiter = new CapacityLimiter(tokens);
        const leaves = groups.some(({ calls }) => calls.some(({ what }) => what === "leaves"));
        /** What somebody has left behind in a thread may break the call after. */
        const outcomeOf = (result: Promise<unknown>, n: number): Promise<unknown> =>
          result.catch((error: unknown) => {
            if (leaves && (error as Error).cause instanceof RangeError) return own(error, "BrokenWorkerError", n);
            throw error;
          });
        let last = 0;
        await inProgram(async () => {
          await Promise.all(
            groups.map(({ calls, cancelAfter }) => {
              const scope = new CancelScope();
              // One that ends only when it is cancelled is cancelled always.
              const after = cancelAfter ?? (calls.some(({ what }) => what === "checks") ? 5 : null);
              if (after !== null) setTimeout(() => scope.cancel(), after);
              const results = calls.map(({ what, onCancel }) => async () => {
                const n = ++last;
                const result = CALLS[what]?.(n, { limiter, onCancel, grace: 5 }) as Promise<unknown>;
                const outcome = await outcomeOf(result, n).catch((error: unknown) => {
                  if (scope.cancelCalled && isCancelled(error)) return n;
                  throw error;
                });
                expect(outcome).toBe(n);
                expect(limiter.borrowedTokens).toBeLessThanOrEqual(tokens);
              });
              return scope.run(() => Promise.all(results.map((result) => result())));
            }),
          );
          // What was abandoned ends too, and gives back what it has.
          while (limiter.borrowedTokens > 0) await sleep(1);
          expect(await outcomeOf(toThread.run(work.add, [1, 2], { limiter }), 3)).toBe(3);
        });
        const warnings = await takeWarnings();
        expect(warnings.filter(({ message }) => !leaves || !/^worker thread \d+ has ended/.test(message))).toEqual([]);
      }),
      25,
    );
  });
});

/** Keeps its thread busy, and says that it has begun and ended. */
const workFor = (ms: number, began: Int32Array, ended: Int32Array): void => {
  Atomics.store(began, 0, 1);
  const end = performance.now() + ms;
  while (performance.now() < end);
  Atomics.store(ended, 0, 1);
};

const leftover = fc.record({
  onCancel: fc.constantFrom("wait" as const, "abandon" as const, "terminate" as const),
  ms: fc.nat(20),
});

describe("toThread.run, whatever is under way as run() ends", () => {
  it("joins what has begun, and rejects nothing that nobody awaits", { ...mayLeak, timeout: 60_000 }, async () => {
    const shape = [fc.array(leftover, { maxLength: 6 }), fc.nat(20), fc.boolean(), fc.boolean()] as const;
    await check(
      fc.asyncProperty(...shape, async (calls, endAfter, fails, usesSignal) => {
        const limiter = new CapacityLimiter(4);
        const flags = calls.map(() => ({ began: flag(), ended: flag() }));
        const reasons = await unhandledRejectionsOf(async () => {
          const error: unknown = await inProgram(async () => {
            if (usesSignal) currentSignal();
            for (const [i, { began, ended }] of flags.entries()) {
              const { ms, onCancel } = calls[i] as (typeof calls)[number];
              void toThread.run(workFor, [ms, began, ended], { limiter, onCancel, grace: 60_000 });
            }
            await sleep(endAfter);
            if (fails) throw new RangeError("fails");
          }).catch((error: unknown) => error);
          expect(error instanceof RangeError).toBe(fails);
        });

        expect(reasons).toEqual([]);
        for (const [i, { began, ended }] of flags.entries()) {
          if (calls[i]?.onCancel !== "abandon") expect(ended[0]).toBe(began[0]);
        }
      }),
      25,
    );
  });
});

function own(error: unknown, name: string, n: number): number {
  if ((error as Error).name === name) return n;
  throw error;
}
