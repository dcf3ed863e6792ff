import { describe, expect, it } from "vitest";
import { CancelledError, CancelScope, sleepForever } from "@anyio/core";
import { checkpoint, suspend } from "@anyio/core/lowlevel";
import { mayLeak } from "#support/may-leak";

describe("CancelScope.signal", () => {
  it("is the same each time, and not aborted in a scope that is not cancelled", async () => {
    await new CancelScope().run((scope) => {
      expect(scope.signal).toBe(scope.signal);
      expect(scope.signal.aborted).toBe(false);
    });
  });

  it("is aborted by cancel(), with a CancelledError as its reason", async () => {
    await new CancelScope({ name: "mine" }).run((scope) => {
      const { signal } = scope;
      scope.cancel("enough");

      expect(signal.aborted).toBe(true);
      expect(signal.reason).toBeInstanceOf(CancelledError);
      expect(signal.reason).toMatchObject({ scopeName: "mine", reason: "enough" });
    });
  });

  it("is aborted when an outer scope is cancelled", async () => {
    await new CancelScope().run((outer) =>
      new CancelScope().run((inner) => {
        const { signal } = inner;
        outer.cancel();

        expect(signal.aborted).toBe(true);
      }),
    );
  });

  it("is not aborted when a shield hides the outer cancellation, and is when it is taken away", async () => {
    await new CancelScope().run((outer) =>
      new CancelScope({ shield: true }).run((inner) => {
        const { signal } = inner;
        outer.cancel();
        const seen = [signal.aborted];
        inner.shield = false;
        seen.push(signal.aborted);

        expect(seen).toEqual([false, true]);
      }),
    );
  });

  it("is aborted already when it is made in a cancelled scope", async () => {
    await new CancelScope().run((scope) => {
      scope.cancel();

      expect(scope.signal.aborted).toBe(true);
    });
  });

  it("is not aborted when the scope is left", async () => {
    const scope = new CancelScope();

    const signal = await scope.run(() => scope.signal);

    expect(signal?.aborted).toBe(false);
  });

  it("is not aborted when the scope is left with something pending in it", mayLeak, async () => {
    const scope = new CancelScope();

    const signal = await scope.run(() => {
      void sleepForever();
      return scope.signal;
    });

    expect(signal?.aborted).toBe(false);
  });

  it("is not aborted when it is made after that", mayLeak, async () => {
    const scope = new CancelScope();

    await scope.run(() => void sleepForever());

    expect(scope.signal.aborted).toBe(false);
  });

  it("is aborted by a cancel() before entry", () => {
    const scope = new CancelScope();
    const { signal } = scope;

    scope.cancel();

    expect(signal.aborted).toBe(true);
  });

  it("is aborted at entry into a scope that is cancelled, when it was made before", async () => {
    const inner = new CancelScope();
    const { signal } = inner;

    await new CancelScope().run(async (outer) => {
      outer.cancel();
      await inner.run(() => {
        expect(signal.aborted).toBe(true);
      });
    });
  });

  it("tells all operations of the scope before its listeners are called", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (scope) => {
      scope.signal.addEventListener("abort", () => events.push("listener"));
      const waiting = suspend("something", () => () => void events.push("undo")).catch(() => {});
      scope.cancel();
      await waiting;
    });

    expect(events).toEqual(["undo", "listener"]);
  });
});

describe("CancelScope, options.signal", () => {
  it("cancels the scope when the signal is aborted; its reason becomes cancelReason", async () => {
    const controller = new AbortController();
    const scope = new CancelScope({ signal: controller.signal });
    const reason = new Error("user went away");

    const left = scope.run(() => sleepForever());
    controller.abort(reason);

    expect(await left).toBeUndefined();
    expect(scope.cancelReason).toBe(reason);
    expect([scope.cancelCalled, scope.cancelledCaught]).toEqual([true, true]);
  });

  it("cancels at the first cancellation point when the signal is aborted already", async () => {
    const events: string[] = [];
    const scope = new CancelScope({ signal: AbortSignal.abort("earlier") });

    await scope.run(async () => {
      events.push("body");
      await checkpoint();
      events.push("not reached");
    });

    expect(events).toEqual(["body"]);
    expect(scope.cancelReason).toBe("earlier");
  });

  it("cancels many scopes on one signal", async () => {
    const controller = new AbortController();
    const scopes = Array.from({ length: 100 }, () => new CancelScope({ signal: controller.signal }));

    const left = Promise.all(scopes.map((scope) => scope.run(() => sleepForever())));
    controller.abort();
    await left;

    expect(scopes.every((scope) => scope.cancelledCaught)).toBe(true);
  });

  it("listens no longer once the scope is left", async () => {
    const controller = new AbortController();
    const scope = new CancelScope({ signal: controller.signal });
    await scope.run(() => {});

    controller.abort();

    expect(scope.cancelCalled).toBe(false);
  });

  it("rejects what is no AbortSignal, naming the argument and the value", () => {
    const bad = "stop" as unknown as AbortSignal;

    expect(() => new CancelScope({ signal: bad })).toThrow(TypeError);
    expect(() => new CancelScope({ signal: bad })).toThrow(/signal.*stop/);
  });
});
