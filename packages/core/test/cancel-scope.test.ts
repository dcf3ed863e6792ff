import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, it } from "vitest";
import {
  CancelledError,
  CancelScope,
  currentTime,
  InvalidStateError,
  moveOnAfter,
  sleep,
  sleepForever,
} from "@anyio/core";
import { bindScope, checkpoint, currentScope, suspend } from "@anyio/core/lowlevel";
import { caught, errorOf } from "#support/caught";
import { skipExplored } from "#support/explored";
import { outside } from "#support/outside";
import { turn } from "#support/turn";

describe("CancelScope.run", () => {
  it("calls the function with the scope and returns its value", async () => {
    const scope = new CancelScope();
    const seen: unknown[] = [];

    const value = await scope.run((given) => {
      seen.push(given, currentScope());
      return 42;
    });

    expect(value).toBe(42);
    expect(seen[0]).toBe(scope);
    expect(seen[1]).toBe(scope);
  });

  it("calls the function at once, before it returns", async () => {
    const events: string[] = [];

    const promise = new CancelScope().run(() => events.push("body"));
    events.push("returned");

    await promise;
    expect(events).toEqual(["body", "returned"]);
  });

  it("awaits a promise, and a thenable that is no promise", async () => {
    const thenable: PromiseLike<string> = Promise.resolve("from a thenable");
    // oxlint-disable-next-line unicorn/no-thenable -- libraries have such objects
    const foreign: PromiseLike<string> = { then: thenable.then.bind(thenable) };

    expect(await new CancelScope().run(async () => "from a promise")).toBe("from a promise");
    expect(await new CancelScope().run(() => foreign)).toBe("from a thenable");
  });

  it("rejects with what looking for a thenable throws, and is left", async () => {
    const failure = new Error("nobody may look");
    const scope = new CancelScope();

    const hostile = {
      // oxlint-disable-next-line unicorn/no-thenable -- proxies and lazy objects are such
      get then() {
        throw failure;
      },
    };

    expect(await errorOf(scope.run(() => hostile))).toBe(failure);
    expect(currentScope()).not.toBe(scope);
  });

  it("rejects with TypeError what is no function, and may be run then", async () => {
    const scope = new CancelScope();

    const error = await caught(scope.run(Promise.resolve() as never), TypeError);

    expect(error.message).toBe("fn must be a function such as () => work(), not a promise, which has started already");
    expect(await scope.run(() => 42)).toBe(42);
  });

  it("awaits a promise whose class calls back twice, from another scope", async () => {
    class Foreign extends Promise<string> {
      // oxlint-disable-next-line unicorn/no-thenable -- libraries have such classes
      override then<A>(fulfilled?: ((value: string) => A | PromiseLike<A>) | null): Promise<A> {
        setImmediate(() => {
          fromOutside(() => void fulfilled?.("first"));
          fromOutside(() => void fulfilled?.("second"));
        });
        return new Promise<A>(() => {});
      }
    }
    const other = new CancelScope();
    let fromOutside!: (fn: () => void) => void;
    const scope = new CancelScope();

    const value = await other.run(async () => {
      fromOutside = bindScope((fn: () => void) => fn());
      const ended = await scope.run(() => new Foreign(() => {}));
      await checkpoint();
      return ended;
    });

    expect(value).toBe("first");
  });

  it("rejects with what the function throws, sync or async, the very same error", async () => {
    const failure = new Error("body");
    const throws = () => {
      throw failure;
    };

    expect(await errorOf(new CancelScope().run(throws))).toBe(failure);
    expect(await errorOf(new CancelScope().run(async () => throws()))).toBe(failure);
  });

  it("passes on whatever is thrown, undefined included", async () => {
    const outcome = await new CancelScope()
      .run(() => {
        throw undefined;
      })
      .then(
        () => "fulfilled",
        (error: unknown) => `rejected with ${String(error)}`,
      );

    expect(outcome).toBe("rejected with undefined");
  });

  it("rejects with InvalidStateError when it is run twice, while it runs and after", async () => {
    const scope = new CancelScope({ name: "download" });

    await scope.run(async () => {
      expect(
        (
          await caught(
            scope.run(() => {}),
            InvalidStateError,
          )
        ).message,
      ).toContain('"download"');
    });

    await caught(
      scope.run(() => {}),
      InvalidStateError,
    );
  });

  it("does not call the function of a second run", async () => {
    const scope = new CancelScope();
    const events: string[] = [];
    await scope.run(() => {});

    await scope.run(() => events.push("called")).catch(() => events.push("rejected"));

    expect(events).toEqual(["rejected"]);
  });

  it("has the scope that was ambient at the call as its parent", async () => {
    const outer = new CancelScope();
    const inner = new CancelScope();
    const events: string[] = [];

    await outer.run(async () => {
      const promise = inner.run(() => sleepForever()).catch(() => events.push("inner cancelled"));
      outer.cancel();
      await promise;
    });

    expect(events).toEqual(["inner cancelled"]);
    expect([inner.cancelCalled, inner.cancelledCaught]).toEqual([false, false]);
  });

  it("has another parent than the one it was made in, where it is entered elsewhere", async () => {
    const maker = new CancelScope();
    let inner!: CancelScope;
    await maker.run(() => {
      inner = new CancelScope();
    });
    maker.cancel();

    const value = await inner.run(async () => {
      await checkpoint();
      return "alive";
    });

    expect(value).toBe("alive");
  });

  it("keeps the ambient scope across await, timers and callbacks of the platform", async () => {
    const scope = new CancelScope();
    const seen: CancelScope[] = [];

    await scope.run(async () => {
      await undefined;
      seen.push(currentScope());
      await new Promise<void>((resolve) => setTimeout(resolve, 1));
      seen.push(currentScope());
      await new Promise<void>((resolve) => {
        process.nextTick(() => {
          seen.push(currentScope());
          resolve();
        });
      });
    });

    expect(seen.every((each) => each === scope)).toBe(true);
    expect(seen).toHaveLength(3);
  });

  it("keeps what other AsyncLocalStorages hold, inwards and outwards", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];

    await storage.run("outer", async () => {
      await new CancelScope().run(async () => {
        seen.push(storage.getStore());
        await storage.run("inner", () =>
          new CancelScope().run(async () => {
            await checkpoint();
            await sleep(0);
            seen.push(storage.getStore());
          }),
        );
        seen.push(storage.getStore());
      });
      seen.push(storage.getStore());
    });

    expect(seen).toEqual(["outer", "inner", "outer", "outer"]);
  });

  it("keeps two branches of one Promise.all apart", async () => {
    const events: string[] = [];
    const branch = async (name: string, cancels: boolean) => {
      const scope = new CancelScope({ name });
      await scope.run(async () => {
        await turn();
        if (cancels) scope.cancel();
        await checkpoint();
        events.push(`${name} goes on in ${currentScope() === scope ? "its own" : "another"} scope`);
      });
      events.push(`${name} ${scope.cancelledCaught ? "cancelled" : "done"}`);
    };

    await Promise.all([branch("a", true), branch("b", false)]);

    expect(events.toSorted()).toEqual(["a cancelled", "b done", "b goes on in its own scope"]);
  });

  it("does not reach operations outside of it", async () => {
    const scope = new CancelScope();
    const outside = suspend<string>("outside", (waiter) => void setImmediate(() => waiter.resume("untouched")));

    await scope.run(() => scope.cancel());

    expect(await outside).toBe("untouched");
  });

  it("works outside of run(), under a root that is never cancelled", () =>
    outside(async () => {
      await checkpoint();
      await sleep(0);

      expect(() => currentScope().cancel()).toThrow(InvalidStateError);
      await checkpoint();
    }));

  it("finds the root cancelled by nobody, with no deadline to set", () => {
    const root = outside(currentScope);

    expect(root.cancelCalled).toBe(false);
    expect(root.deadline).toBe(Infinity);
    expect(() => (root.deadline = currentTime())).toThrow(InvalidStateError);
  });
});

describe("CancelScope.cancel", () => {
  it("cancels an operation that waits, and the scope swallows the cancellation", async () => {
    const scope = new CancelScope();
    const events: string[] = [];

    const value = await scope.run(async () => {
      queueMicrotask(() => scope.cancel());
      await sleepForever();
      events.push("not reached");
    });

    expect(value).toBeUndefined();
    expect(events).toEqual([]);
    expect([scope.cancelCalled, scope.cancelledCaught]).toEqual([true, true]);
  });

  it("refuses every operation from then on, until the scope is left", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      for (let i = 0; i < 3; i++) await checkpoint().catch(() => events.push("refused"));
      await sleep(1).catch(() => events.push("refused"));
      await sleepForever().catch(() => events.push("refused"));
    });
    await checkpoint();
    events.push("works outside");

    expect(events).toEqual(["refused", "refused", "refused", "refused", "refused", "works outside"]);
  });

  it("is idempotent: the first reason stays", async () => {
    const scope = new CancelScope();

    scope.cancel("first");
    scope.cancel("second");
    const error = await scope.run(() => errorOf(checkpoint()));

    expect(scope.cancelReason).toBe("first");
    expect(error).toMatchObject({ reason: "first" });
  });

  it("keeps a first reason of undefined too", () => {
    const scope = new CancelScope();

    scope.cancel();
    scope.cancel("late");

    expect(scope.cancelReason).toBeUndefined();
  });

  it("may be called before the scope is entered", async () => {
    const scope = new CancelScope();
    const events: string[] = [];
    scope.cancel("before");
    expect(scope.cancelCalled).toBe(true);

    await scope.run(async () => {
      events.push("body runs to its first cancellation point");
      await checkpoint();
      events.push("not reached");
    });

    expect(events).toEqual(["body runs to its first cancellation point"]);
    expect(scope.cancelledCaught).toBe(true);
  });

  it("may be called from another task, a timer's callback, and outside every scope", async () => {
    skipExplored("it awaits a timer of the platform, which the virtual clock takes for a deadlock");
    const scope = new CancelScope();
    const left = scope.run(() => sleepForever());

    await new Promise<void>((resolve) => {
      setTimeout(() => {
        scope.cancel("from a timer");
        resolve();
      }, 0);
    });

    expect(await left).toBeUndefined();
    expect(scope.cancelReason).toBe("from a timer");
  });

  it("does nothing to a scope that has been left", async () => {
    const scope = new CancelScope();
    await scope.run(() => {});

    scope.cancel();

    expect(scope.cancelledCaught).toBe(false);
  });

  it("settles what waits before it returns", async () => {
    const events: string[] = [];
    const wait = (name: string) =>
      suspend(name, () => () => void events.push(`undo ${name}`)).catch(() => events.push(`${name} goes on`));

    await new CancelScope().run(async (scope) => {
      const all = Promise.all([wait("a"), new CancelScope().run(() => wait("b")), wait("c")]);
      scope.cancel();
      events.push("cancel returned");
      await all;
    });

    expect(events.slice(0, 4).toSorted()).toEqual(["cancel returned", "undo a", "undo b", "undo c"]);
    expect(events[3]).toBe("cancel returned");
    expect(events.slice(4).toSorted()).toEqual(["a goes on", "b goes on", "c goes on"]);
  });

  it("gives the whole subtree its new state before anybody is told", async () => {
    const scopes = Array.from({ length: 3 }, () => new CancelScope());
    const seen: boolean[][] = [];
    const waitAndLook = () =>
      suspend("something", () => () => void seen.push(scopes.map(({ signal }) => signal.aborted))).catch(() => {});

    await new CancelScope().run(async (outer) => {
      const all = Promise.all(scopes.map((scope) => scope.run(waitAndLook)));
      outer.cancel();
      await all;
    });

    expect(seen).toEqual(Array.from({ length: 3 }, () => [true, true, true]));
  });

  it("reaches every descendant, and only once", async () => {
    const counts = new Map<string, number>();
    const leaf = (name: string) =>
      sleepForever().catch((error: unknown) => {
        counts.set(name, (counts.get(name) ?? 0) + 1);
        throw error;
      });

    await new CancelScope().run(async (scope) => {
      const all = Promise.allSettled([
        leaf("0"),
        new CancelScope().run(() => Promise.all([leaf("1.0"), new CancelScope().run(() => leaf("1.1.0"))])),
        moveOnAfter(60_000, () => leaf("2.0")),
      ]);
      scope.cancel();
      await all;
    });

    expect(Object.fromEntries(counts)).toEqual({ "0": 1, "1.0": 1, "1.1.0": 1, "2.0": 1 });
  });

  it("may be called by an undo of the very scope that it cancels", async () => {
    skipExplored("who is ready goes on in an order that the seed chooses");
    const events: string[] = [];

    await new CancelScope().run(async (scope) => {
      const wait = (name: string) =>
        suspend(name, () => () => {
          events.push(`undo ${name}`);
          scope.cancel("again");
        }).catch((error: unknown) => events.push(`${name} ${String((error as CancelledError).reason)}`));
      const both = Promise.all([wait("a"), wait("b")]);
      scope.cancel("first");
      await both;
    });

    expect(events).toEqual(["undo a", "undo b", "a first", "b first"]);
  });

  it("may be called by an undo for another scope, outer or beside", async () => {
    const [outer, inner, beside] = [new CancelScope(), new CancelScope(), new CancelScope()];
    const events: string[] = [];
    const wait = (name: string, undo: () => void) =>
      suspend(name, () => () => {
        events.push(`undo ${name}`);
        undo();
      });

    const left = beside.run(() => wait("beside", () => {}));
    await outer.run(() =>
      Promise.all([
        wait("outer", () => {}),
        inner.run(async () => {
          const waiting = wait("inner", () => {
            outer.cancel();
            beside.cancel();
          });
          inner.cancel();
          await waiting;
        }),
      ]),
    );
    await left;

    expect(events.toSorted()).toEqual(["undo beside", "undo inner", "undo outer"]);
    expect([outer.cancelledCaught, inner.cancelledCaught, beside.cancelledCaught]).toEqual([true, false, true]);
  });

  it("refuses an operation that an undo begins", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (scope) => {
      const waiting = suspend("something", () => () => {
        void checkpoint().catch(() => events.push("refused"));
      });
      scope.cancel();
      await waiting;
    });

    expect(events).toEqual(["refused"]);
  });

  it("may be called by an abort listener of the scope's own signal, and by one of another's", async () => {
    const [first, second] = [new CancelScope(), new CancelScope()];
    first.signal.addEventListener("abort", () => {
      first.cancel("again");
      second.cancel("in turn");
    });

    const left = Promise.all([first.run(() => sleepForever()), second.run(() => sleepForever())]);
    first.cancel("first");
    await left;

    expect([first.cancelReason, second.cancelReason]).toEqual(["first", "in turn"]);
  });

  it("strands nobody where an undo shields the scope meanwhile", async () => {
    skipExplored("who is ready goes on in an order that the seed chooses");
    const settled: string[] = [];

    await new CancelScope().run((outer) =>
      new CancelScope().run(async (inner) => {
        const wait = (name: string) =>
          suspend(name, () => () => void (inner.shield = true)).catch(() => settled.push(name));
        const all = Promise.all([wait("a"), wait("b"), wait("c")]);
        outer.cancel();
        await all;
      }),
    );

    expect(settled).toEqual(["a", "b", "c"]);
  });

  it.each([
    ["a null-prototype object", Object.create(null) as unknown],
    ["an object whose toString throws", { toString: () => nothing() }],
    ["a symbol", Symbol("why")],
    ["an error whose message throws", Object.defineProperty(new Error("x"), "message", { get: () => nothing() })],
    ["an error whose message is a symbol", Object.defineProperty(new Error("x"), "message", { value: Symbol("why") })],
  ])("takes %s for a reason", async (_name, reason) => {
    const scope = new CancelScope();

    const error = await scope.run(async () => {
      const first = sleepForever();
      const second = errorOf(sleepForever());
      scope.cancel(reason);
      await first.catch(() => {});
      return await second;
    });

    expect(error).toBeInstanceOf(CancelledError);
    expect((error as CancelledError).reason).toBe(reason);
  });
});

function nothing(): never {
  throw new Error("not to be asked");
}
