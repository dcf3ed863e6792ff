import { AnyioError, CancelledError, CancelScope, failAfter, run, TimeoutError } from "@anyio/core";
import { Future, FutureAlreadyFinishedError, FutureCancelledError, FutureNotFinishedError } from "@anyio/sync";
import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { caught, errorOf } from "#support/caught";
import { skipExplored } from "#support/explored";
import { check } from "#support/property";
import { SeededScheduler } from "#support/seeded-scheduler";
import { unhandledRejectionsOf } from "#support/unhandled";

describe("Future", () => {
  it("hands its result to who waits, and to who asks later", async () => {
    const future = new Future<number>();
    const waiting = future.wait();

    future.setResult(42);

    expect([await waiting, await future.wait(), future.result, future.error]).toEqual([42, 42, 42, undefined]);
  });

  it("hands its very error to who waits, and to who asks later", async () => {
    const future = new Future<number>();
    const failure = new RangeError("too far");
    const waiting = [errorOf(future.wait()), errorOf(future.wait())];

    future.setError(failure);

    const all = [
      ...(await Promise.all(waiting)),
      await errorOf(future.wait()),
      thrownBy(() => future.result),
      future.error,
    ];
    expect(all.every((error) => error === failure)).toBe(true);
  });

  it("takes undefined for a result, and for an error", async () => {
    const finished = new Future<void>();
    const failed = new Future<void>();

    finished.setResult();
    failed.setError(undefined);

    expect(await finished.wait()).toBeUndefined();
    expect(await errorOf(failed.wait())).toBeUndefined();
    expect(finished.result).toBeUndefined();
    expect(() => failed.result).toThrow();
  });

  it("tells whether it is done", () => {
    const [pending, finished, failed, cancelled] = [new Future(), new Future(), new Future(), new Future()];

    finished.setResult(1);
    failed.setError(new Error("failure"));
    cancelled.cancel();

    expect([pending, finished, failed, cancelled].map(({ done }) => done)).toEqual([false, true, true, true]);
  });

  it("has neither result nor error before it is done", () => {
    const future = new Future<number>();

    expect(() => future.result).toThrow(FutureNotFinishedError);
    expect(() => future.error).toThrow(FutureNotFinishedError);
  });

  it("has neither result nor error once it is cancelled, and tells each with an error of its own", async () => {
    const future = new Future<number>();
    const waiting = [caught(future.wait(), FutureCancelledError), caught(future.wait(), FutureCancelledError)];

    future.cancel();

    const [first, second] = await Promise.all(waiting);
    expect(first).not.toBe(second);
    await caught(future.wait(), FutureCancelledError);
    expect(() => future.result).toThrow(FutureCancelledError);
    expect(() => future.error).toThrow(FutureCancelledError);
  });

  it("is set once", () => {
    const future = new Future<number>();
    future.setResult(1);

    expect(() => future.setResult(2)).toThrow(FutureAlreadyFinishedError);
    expect(() => future.setError(new Error("late"))).toThrow(FutureAlreadyFinishedError);
    expect(future.result).toBe(1);
  });

  it("is not set once it has failed", () => {
    const future = new Future<number>();
    const failure = new Error("failure");
    future.setError(failure);

    expect(() => future.setResult(2)).toThrow(FutureAlreadyFinishedError);
    expect(future.error).toBe(failure);
  });

  it("is not set once it is cancelled", () => {
    const future = new Future<number>();
    future.cancel();

    expect(() => future.setResult(2)).toThrow(FutureCancelledError);
    expect(() => future.setError(new Error("late"))).toThrow(FutureCancelledError);
  });

  it("is not cancelled once it is done", () => {
    const future = new Future<number>();
    future.setResult(1);

    future.cancel();
    future.cancel();

    expect(future.result).toBe(1);
  });

  it("wakes who waits in the order in which they came", async () => {
    skipExplored("those who are woken go on in an order that the seed chooses");
    const future = new Future<string>();
    const log: number[] = [];
    const all = [1, 2, 3].map((i) => future.wait().then(() => log.push(i)));

    future.setResult("done");
    await Promise.all(all);

    expect(log).toEqual([1, 2, 3]);
  });

  it("outlives the cancellation of who waits", async () => {
    const future = new Future<string>();
    const scope = new CancelScope();
    const cancelled = scope.run(() => future.wait());
    const other = future.wait();

    scope.cancel();
    future.setResult("done");

    expect([await cancelled, await other]).toEqual([undefined, "done"]);
  });

  it("delivers to who is cancelled after it was set, in the same tick", async () => {
    const future = new Future<string>();
    const scope = new CancelScope();
    const waiting = scope.run(() => future.wait());

    future.setResult("done");
    scope.cancel();

    expect(await waiting).toBe("done");
  });

  it("rejects in a cancelled scope, done or not", async () => {
    const [finished, failed, pending] = [new Future<number>(), new Future<number>(), new Future<number>()];
    finished.setResult(1);
    failed.setError(new Error("failure"));
    let count = 0;

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      for (const future of [finished, failed, pending]) {
        await caught(future.wait(), CancelledError);
        count++;
      }
    });

    expect(count).toBe(3);
  });

  it("causes no unhandled rejection by an error that nobody reads, nor by being cancelled", async () => {
    const unhandled = await unhandledRejectionsOf(async () => {
      new Future().setError(new Error("unread"));
      new Future().cancel();
      await new CancelScope().run((scope) => {
        void new Future().wait();
        scope.cancel();
      });
    });

    expect(unhandled).toEqual([]);
  });

  it.each(["finished", "failed"] as const)(
    "gives way to a deadline where it has %s and is asked over and over",
    async (how) => {
      skipExplored("a loop that never waits leaves no virtual time to pass");
      const future = new Future<number>();
      if (how === "finished") future.setResult(1);
      else future.setError(new Error("failure"));

      const busy = failAfter(20, async () => {
        for (;;) {
          await future.wait().catch((error: unknown) => {
            if (error instanceof CancelledError) throw error;
          });
        }
      });

      await caught(busy, TimeoutError);
    },
  );

  it(
    "delivers one outcome to all who wait and were not cancelled, under any schedule",
    { timeout: 60_000 },
    async () => {
      const act = fc.constantFrom("setResult", "setError", "cancel");
      const step = fc.oneof(
        { weight: 4, arbitrary: fc.constant("wait" as const) },
        { weight: 2, arbitrary: fc.record({ abandon: fc.nat({ max: 8 }) }) },
        { weight: 1, arbitrary: fc.record({ act }) },
      );
      const property = fc.asyncProperty(
        fc.array(step, { maxLength: 16, size: "max" }),
        fc.integer(),
        async (steps, seed) => {
          const future = new Future<string>();
          const waiters: { scope: CancelScope; outcome: Promise<unknown>; abandoned: boolean }[] = [];
          const failure = new Error("failed");
          let expected: string | undefined;

          await run(
            async () => {
              for (const each of [...steps, { act: "setResult" }]) {
                if (each === "wait") {
                  const scope = new CancelScope();
                  const outcome = scope.run(() =>
                    future.wait().catch((error: unknown) => {
                      if (error instanceof AnyioError) return error.name;
                      if (error === failure) return "failed";
                      throw error;
                    }),
                  );
                  waiters.push({ scope, outcome, abandoned: false });
                } else if ("act" in each) {
                  try {
                    if (each.act === "cancel") future.cancel();
                    else if (each.act === "setError") future.setError(failure);
                    else future.setResult("finished");
                  } catch (error) {
                    const refused =
                      expected === "FutureCancelledError" ? FutureCancelledError : FutureAlreadyFinishedError;
                    expect(error).toBeInstanceOf(refused);
                  }
                  expected ??= { setResult: "finished", setError: "failed", cancel: "FutureCancelledError" }[each.act];
                } else {
                  const waiter = waiters[each.abandon];
                  if (waiter !== undefined && expected === undefined) waiter.abandoned = true;
                  waiter?.scope.cancel();
                }
              }
              expect(await Promise.all(waiters.map(({ outcome }) => outcome))).toEqual(
                waiters.map(({ abandoned }) => (abandoned ? undefined : expected)),
              );
            },
            { signals: [], backend: { scheduler: new SeededScheduler(seed) } },
          );
        },
      );

      await check(property, 300);
    },
  );
});

describe("the errors of futures", () => {
  it.each([
    [new FutureNotFinishedError(), "ERR_ANYIO_FUTURE_NOT_FINISHED", "FutureNotFinishedError"],
    [new FutureAlreadyFinishedError(), "ERR_ANYIO_FUTURE_ALREADY_FINISHED", "FutureAlreadyFinishedError"],
    [new FutureCancelledError(), "ERR_ANYIO_FUTURE_CANCELLED", "FutureCancelledError"],
  ])("have a stable code and name, and say what to do", (error, code, name) => {
    expect(error).toBeInstanceOf(AnyioError);
    expect([error.code, error.name]).toEqual([code, name]);
    expect(error.message).toMatch(/^the future .*; /);
  });
});

function thrownBy(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  throw new Error("it did not throw");
}
