import { describe, expect, it } from "vitest";
import { CancelledError, CancelScope, sleepForever } from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import { caught, errorOf } from "#support/caught";

describe("absorption", () => {
  it("happens in the scope that was cancelled, not in one inside of it", async () => {
    const outer = new CancelScope();
    const inner = new CancelScope();
    const events: string[] = [];

    await outer.run(async () => {
      outer.cancel();
      await inner.run(() => checkpoint());
      events.push("not reached");
    });

    expect(events).toEqual([]);
    expect([outer.cancelledCaught, inner.cancelledCaught]).toEqual([true, false]);
  });

  it("happens in the inner scope alone when only that is cancelled", async () => {
    const outer = new CancelScope();
    const inner = new CancelScope();
    const events: string[] = [];

    await outer.run(async () => {
      inner.cancel();
      await inner.run(() => checkpoint());
      events.push("goes on");
      await checkpoint();
    });

    expect(events).toEqual(["goes on"]);
    expect([outer.cancelledCaught, inner.cancelledCaught]).toEqual([false, true]);
  });

  it.each([
    ["inner first", ["inner", "outer"]],
    ["outer first", ["outer", "inner"]],
  ])("is left to the outermost when both are cancelled, %s", async (_name, order) => {
    const scopes = { outer: new CancelScope(), inner: new CancelScope() };

    await scopes.outer.run(async () => {
      await scopes.inner.run(async () => {
        const promise = sleepForever();
        for (const name of order) scopes[name as keyof typeof scopes].cancel();
        await promise;
      });
    });

    expect([scopes.outer.cancelledCaught, scopes.inner.cancelledCaught]).toEqual([true, false]);
    expect([scopes.outer.cancelCalled, scopes.inner.cancelCalled]).toEqual([true, true]);
  });

  it("is the inner scope's when a shield hides the outer cancellation", async () => {
    const outer = new CancelScope();
    const inner = new CancelScope({ shield: true });
    const events: string[] = [];

    await outer.run(async () => {
      outer.cancel();
      inner.cancel();
      await inner.run(() => checkpoint());
      events.push("inner left");
      await checkpoint();
    });

    expect(events).toEqual(["inner left"]);
    expect([outer.cancelledCaught, inner.cancelledCaught]).toEqual([true, true]);
  });

  it("looks at the state as of the leaving: an outer scope cancelled meanwhile gets it", async () => {
    const outer = new CancelScope();
    const inner = new CancelScope();

    await outer.run(async () => {
      await inner.run(async () => {
        inner.cancel();
        const error = await errorOf(checkpoint());
        outer.cancel();
        throw error;
      });
    });

    expect([outer.cancelledCaught, inner.cancelledCaught]).toEqual([true, false]);
  });

  it("does not happen where the body swallows the error: its value is returned", async () => {
    const scope = new CancelScope();

    const value = await scope.run(async () => {
      scope.cancel();
      await checkpoint().catch(() => {});
      return "done anyway";
    });

    expect(value).toBe("done anyway");
    expect([scope.cancelCalled, scope.cancelledCaught]).toEqual([true, false]);
  });

  it("does not happen where the body throws another error", async () => {
    const scope = new CancelScope();
    const failure = new Error("cleanup failed");

    const error = await errorOf(
      scope.run(async () => {
        scope.cancel();
        try {
          await checkpoint();
        } finally {
          throw failure;
        }
      }),
    );

    expect(error).toBe(failure);
    expect(scope.cancelledCaught).toBe(false);
  });

  it("does not happen to a stray cancellation: nothing visible is cancelled", async () => {
    const cancelled = new CancelScope();
    const innocent = new CancelScope();
    const stray = await cancelled.run(() => {
      cancelled.cancel();
      return caught(checkpoint(), CancelledError);
    });

    const error = await errorOf(
      innocent.run(() => {
        throw stray;
      }),
    );

    expect(error).toBe(stray);
    expect([innocent.cancelCalled, innocent.cancelledCaught]).toEqual([false, false]);
  });

  it("does not happen to a stray cancellation of a promise shared with a cancelled scope", async () => {
    const cancelled = new CancelScope();
    const shared = cancelled.run(() => sleepForever()).then(() => "left");
    const promise = cancelledPromise();

    const error = await errorOf(new CancelScope().run(() => promise));

    expect(error).toBeInstanceOf(CancelledError);
    cancelled.cancel();
    expect(await shared).toBe("left");
  });

  it("takes in an abort of the platform that was caused by a cancellation", async () => {
    const scope = new CancelScope();

    await scope.run(async () => {
      scope.cancel();
      const error = await errorOf(checkpoint());
      throw Object.assign(new Error("aborted", { cause: error }), { name: "AbortError" });
    });

    expect(scope.cancelledCaught).toBe(true);
  });

  it("does not take in an abort of the platform that somebody else caused", async () => {
    const scope = new CancelScope();
    const abort = Object.assign(new Error("aborted"), { name: "AbortError" });

    const error = await errorOf(
      scope.run(() => {
        scope.cancel();
        throw abort;
      }),
    );

    expect(error).toBe(abort);
  });
});

function cancelledPromise(): Promise<void> {
  const scope = new CancelScope();
  let promise!: Promise<void>;
  void scope.run(() => {
    promise = sleepForever();
    scope.cancel();
  });
  return promise;
}
