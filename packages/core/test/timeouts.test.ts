import { describe, expect, it } from "vitest";
import {
  CancelledError,
  CancelScope,
  currentTime,
  failAfter,
  failAt,
  moveOnAfter,
  moveOnAt,
  shield,
  sleep,
  sleepForever,
  TimeoutError,
} from "@anyio/core";
import { checkpoint, currentScope, suspend } from "@anyio/core/lowlevel";
import { caught, errorOf } from "#support/caught";
import { turn, turns } from "#support/turn";
import { virtually } from "#support/virtual-clock";

describe("moveOnAfter", () => {
  it("returns the value of a block that ends in time", () =>
    virtually(async (clock) => {
      const value = moveOnAfter(100, async () => {
        await sleep(99);
        return "in time";
      });
      await clock.advance(99);

      expect(await value).toBe("in time");
      expect(clock.pending).toBe(0);
    }));

  it("goes on with undefined when the time is up", () =>
    virtually(async (clock) => {
      const events: string[] = [];
      let scope: CancelScope | undefined;

      const value = moveOnAfter(100, async (given) => {
        scope = given;
        await sleep(101);
        events.push("not reached");
        return "late";
      });
      await clock.advance(100);

      expect(await value).toBeUndefined();
      expect(events).toEqual([]);
      expect([scope?.cancelCalled, scope?.cancelledCaught]).toEqual([true, true]);
    }));

  it("can be cancelled by hand too", () =>
    virtually(async () => {
      const value = await moveOnAfter(100, async (scope) => {
        scope.cancel("enough");
        await checkpoint();
      });

      expect(value).toBeUndefined();
    }));

  it("counts from the call", () =>
    virtually(async (clock) => {
      const seen: number[] = [];
      await clock.advance(1000);

      await moveOnAfter(100, async (scope) => void seen.push(scope.deadline));

      expect(seen).toEqual([1100]);
    }));

  it.each([null, Infinity])("has no limit with %s", (ms) =>
    virtually(async (clock) => {
      const value = moveOnAfter(ms, async (scope) => {
        await sleep(2 ** 40);
        return scope.deadline;
      });
      await clock.advance(2 ** 40);

      expect(await value).toBe(Infinity);
    }),
  );

  it.each([0, -5, -Infinity])("cancels at the first cancellation point with %s ms", (ms) =>
    virtually(async () => {
      const events: string[] = [];

      const value = await moveOnAfter(ms, async () => {
        events.push("body");
        await checkpoint();
        events.push("not reached");
        return "value";
      });

      expect([value, ...events]).toEqual([undefined, "body"]);
    }),
  );

  it.each([0, -5])("returns the value of a block without a cancellation point with %s ms", (ms) =>
    virtually(async () => {
      expect(await moveOnAfter(ms, () => "value")).toBe("value");
    }),
  );

  it("leaves an outer cancellation to the outer scope", () =>
    virtually(async () => {
      const outer = new CancelScope();
      const events: string[] = [];

      await outer.run(async () => {
        outer.cancel();
        await moveOnAfter(100, () => checkpoint());
        events.push("not reached");
      });

      expect(events).toEqual([]);
      expect(outer.cancelledCaught).toBe(true);
    }));

  it("shields with shield: true, and still ends by its own deadline", () =>
    virtually(async (clock) => {
      const events: string[] = [];

      await new CancelScope().run(async (outer) => {
        outer.cancel();
        const value = moveOnAfter(
          100,
          async () => {
            await checkpoint();
            events.push("shielded");
            await sleepForever();
          },
          { shield: true },
        );
        await clock.advance(100);
        events.push(`moved on with ${String(await value)}`);
      });

      expect(events).toEqual(["shielded", "moved on with undefined"]);
    }));

  it.each([Number.NaN])("rejects with RangeError for %s, before the block is called", async (ms) => {
    const events: string[] = [];

    await caught(
      moveOnAfter(ms, () => void events.push("called")),
      RangeError,
    );

    expect(events).toEqual([]);
  });

  it("rejects with TypeError for what is no number, naming the argument and the value", async () => {
    const error = await caught(
      moveOnAfter("10" as unknown as number, () => {}),
      TypeError,
    );

    expect(error.message).toMatch(/ms|time/);
    expect(error.message).toContain("10");
  });

  it("times out of a loop that swallows everything, as soon as it asks whether to go on", () =>
    virtually(async (clock) => {
      const events: string[] = [];

      const left = moveOnAfter(100, async (scope) => {
        while (!scope.cancelCalled) await sleep(30).catch(() => events.push("swallowed"));
        await checkpoint();
      });
      await clock.advance(200);

      expect(await left).toBeUndefined();
      expect(events).toEqual(["swallowed"]);
    }));
});

describe("moveOnAt", () => {
  it("goes on when the clock says so", () =>
    virtually(async (clock) => {
      await clock.advance(1000);
      const ended: number[] = [];

      const left = moveOnAt(1050, () => sleepForever()).then(() => ended.push(clock.now()));
      await clock.advance(100);
      await left;

      expect(ended).toEqual([1050]);
    }));

  it("cancels at the first cancellation point when the time is past", () =>
    virtually(async (clock) => {
      await clock.advance(1000);

      expect(
        await moveOnAt(0, async () => {
          await checkpoint();
          return "value";
        }),
      ).toBeUndefined();
    }));

  it("has no limit with null", () =>
    virtually(async () => {
      expect(await moveOnAt(null, (scope) => scope.deadline)).toBe(Infinity);
    }));

  it("rejects with RangeError for NaN", async () => {
    await caught(
      moveOnAt(Number.NaN, () => {}),
      RangeError,
    );
  });
});

describe("failAfter", () => {
  it("returns the value of a block that ends in time", () =>
    virtually(async () => {
      expect(await failAfter(100, async () => "in time")).toBe("in time");
    }));

  it("throws TimeoutError when the time is up", () =>
    virtually(async (clock) => {
      const promise = caught(
        failAfter(100, () => sleepForever()),
        TimeoutError,
      );
      await clock.advance(100);

      const error = await promise;
      expect([error.name, error.code]).toEqual(["TimeoutError", "ERR_ANYIO_TIMEOUT"]);
    }));

  it("names the scope, its budget and what was being waited for", () =>
    virtually(async (clock) => {
      const promise = caught(
        failAfter(100, () => suspend("the answer of the server", () => {}), { reason: "the handshake" }),
        TimeoutError,
      );
      await clock.advance(100);

      const error = await promise;
      expect(error.message).toMatch(/the handshake.*100 ms.*the answer of the server/);
      expect([error.scopeName, error.budget, error.waitingFor]).toEqual([
        "the handshake",
        100,
        "the answer of the server",
      ]);
    }));

  it("names what was being waited for at any depth", () =>
    virtually(async (clock) => {
      const promise = caught(
        failAfter(100, () => new CancelScope().run(() => failAfter(200, () => suspend("the bottom", () => {})))),
        TimeoutError,
      );
      await clock.advance(100);

      expect((await promise).waitingFor).toBe("the bottom");
    }));

  it("passes on the block's own error, also when it comes of the cancellation", () =>
    virtually(async (clock) => {
      const failure = new Error("cleanup");
      const promise = errorOf(
        failAfter(100, () =>
          sleepForever().catch(() => {
            throw failure;
          }),
        ),
      );
      await clock.advance(100);

      expect(await promise).toBe(failure);
    }));

  it("returns the value of a block that swallows the cancellation", () =>
    virtually(async (clock) => {
      const value = failAfter(100, () => sleepForever().catch(() => "anyway"));
      await clock.advance(100);

      expect(await value).toBe("anyway");
    }));

  it("leaves an outer cancellation to the outer scope, and throws no TimeoutError", () =>
    virtually(async () => {
      const errors: unknown[] = [];

      await new CancelScope().run(async (outer) => {
        outer.cancel();
        errors.push(await errorOf(failAfter(100, () => checkpoint())));
      });

      expect(errors[0]).toBeInstanceOf(CancelledError);
    }));

  it("throws no TimeoutError when both struck", () =>
    virtually(async (clock) => {
      const outer = new CancelScope();

      const left = outer.run(() =>
        failAfter(100, () =>
          sleepForever().catch((error: unknown) => {
            outer.cancel();
            throw error;
          }),
        ),
      );
      await clock.advance(100);

      expect(await left).toBeUndefined();
      expect(outer.cancelledCaught).toBe(true);
    }));

  it("throws the inner TimeoutError through an outer scope that is in time", () =>
    virtually(async (clock) => {
      const promise = caught(
        failAfter(200, () => failAfter(100, () => sleepForever(), { reason: "inner" }), { reason: "outer" }),
        TimeoutError,
      );
      await clock.advance(100);

      expect((await promise).scopeName).toBe("inner");
    }));

  it("throws the outer TimeoutError where the outer time is up first", () =>
    virtually(async (clock) => {
      const promise = caught(
        failAfter(100, () => failAfter(200, () => sleepForever(), { reason: "inner" }), { reason: "outer" }),
        TimeoutError,
      );
      await clock.advance(100);

      expect((await promise).scopeName).toBe("outer");
    }));

  it("throws the outer TimeoutError where both times are up at once", () =>
    virtually(async (clock) => {
      const promise = caught(
        failAfter(100, () => failAfter(100, () => sleepForever(), { reason: "inner" }), { reason: "outer" }),
        TimeoutError,
      );
      await clock.advance(100);

      expect((await promise).scopeName).toBe("outer");
    }));

  it("gives the block a scope whose deadline and shield can be changed, but which cannot be cancelled", () =>
    virtually(async (clock) => {
      const value = failAfter(100, async (scope) => {
        scope.deadline += 100;
        await sleep(150);
        scope.shield = true;
        return "cancel" in scope;
      });
      await clock.advance(200);

      expect(await value).toBe(false);
    }));

  it("is not lenient to a cancellation by way of currentScope(), and tells the truth about it", () =>
    virtually(async () => {
      const error = await errorOf(
        failAfter(100, async () => {
          currentScope().cancel("by hand");
          await checkpoint();
        }),
      );

      expect(error).toBeInstanceOf(CancelledError);
      expect((error as CancelledError).reason).toBe("by hand");
    }));

  it.each([0, -1])("fails at the first cancellation point with %s ms", (ms) =>
    virtually(async () => {
      const events: string[] = [];

      await caught(
        failAfter(ms, async () => {
          events.push("body");
          await checkpoint();
        }),
        TimeoutError,
      );

      expect(events).toEqual(["body"]);
    }),
  );

  it("has no limit with null", () =>
    virtually(async (clock) => {
      const value = failAfter(null, () => sleep(2 ** 33).then(() => "at last"));
      await clock.advance(2 ** 33);

      expect(await value).toBe("at last");
    }));

  it("rejects with RangeError for NaN", async () => {
    await caught(
      failAfter(Number.NaN, () => {}),
      RangeError,
    );
  });

  it("works on the system's clock", async () => {
    const error = await caught(
      failAfter(5, () => sleepForever()),
      TimeoutError,
    );

    expect(error.budget).toBe(5);
  });

  it("keeps apart 1,000 blocks with different budgets at once", () =>
    virtually(async (clock) => {
      const errors = Promise.all(
        Array.from({ length: 1000 }, (_, i) =>
          caught(
            failAfter(1 + (i % 10), () => sleepForever()),
            TimeoutError,
          ),
        ),
      );
      await clock.advance(10);

      expect((await errors).map(({ budget }) => budget)).toEqual(Array.from({ length: 1000 }, (_, i) => 1 + (i % 10)));
    }));
});

describe("failAt", () => {
  it("fails when the clock says so", () =>
    virtually(async (clock) => {
      await clock.advance(1000);

      const promise = caught(
        failAt(1050, () => sleepForever()),
        TimeoutError,
      );
      await clock.advance(50);

      expect((await promise).budget).toBe(50);
    }));

  it("fails at the first cancellation point when the time is past", () =>
    virtually(async (clock) => {
      await clock.advance(10);

      await caught(
        failAt(5, () => checkpoint()),
        TimeoutError,
      );
    }));

  it("rejects with RangeError for NaN", async () => {
    await caught(
      failAt(Number.NaN, () => {}),
      RangeError,
    );
  });
});

describe("shield", () => {
  it("runs the block out of reach of outer cancellation, and returns its value", async () => {
    const events: unknown[] = [];

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      events.push(
        await shield(async () => {
          await turns(2);
          await checkpoint();
          return "cleaned up";
        }),
      );
      await checkpoint().catch(() => events.push("struck after"));
    });

    expect(events).toEqual(["cleaned up", "struck after"]);
  });

  it("is no cancellation point at its end: the value is delivered", async () => {
    const value = await new CancelScope().run((scope) =>
      shield(async () => {
        await turn();
        scope.cancel();
        return "value";
      }),
    );

    expect(value).toBe("value");
  });

  it("throws TimeoutError when its own time is up", () =>
    virtually(async (clock) => {
      const events: unknown[] = [];

      const left = new CancelScope().run(async (scope) => {
        scope.cancel();
        events.push(await errorOf(shield(() => sleepForever(), { timeout: 100 })));
      });
      await clock.advance(100);
      await left;

      expect(events[0]).toBeInstanceOf(TimeoutError);
      expect((events[0] as TimeoutError).budget).toBe(100);
    }));

  it("passes on the block's error", async () => {
    const failure = new Error("cleanup");

    expect(
      await errorOf(
        shield(() => {
          throw failure;
        }),
      ),
    ).toBe(failure);
  });

  it("rejects with RangeError for a timeout of NaN", async () => {
    await caught(
      shield(() => {}, { timeout: Number.NaN }),
      RangeError,
    );
  });
});

describe("structural functions", () => {
  const structural: Record<string, (fn: () => string) => Promise<unknown>> = {
    "CancelScope.run": (fn) => new CancelScope().run(fn),
    moveOnAfter: (fn) => moveOnAfter(100, fn),
    moveOnAt: (fn) => moveOnAt(currentTime() + 100, fn),
    failAfter: (fn) => failAfter(100, fn),
    failAt: (fn) => failAt(currentTime() + 100, fn),
    shield: (fn) => shield(fn),
  };

  it.each(Object.entries(structural))(
    "enter in a cancelled scope, so that cleanup can be written: %s",
    async (_, enter) => {
      const value = await new CancelScope().run(async (scope) => {
        scope.cancel();
        return await enter(() => "entered");
      });

      expect(value).toBe("entered");
    },
  );
});
