import { describe, expect, it } from "vitest";
import {
  CancelledError,
  CancelScope,
  failAfter,
  moveOnAfter,
  rethrowIfCancelled,
  run,
  shield,
  sleep,
  sleepForever,
} from "@anyio/core";
import { bindScope, checkpoint, currentScope, suspend } from "@anyio/core/lowlevel";
import { errorOf } from "#support/caught";
import { spendBudget } from "./support/spend-budget.js";
import { turn, turns } from "#support/turn";
import { unhandledRejectionsOf } from "#support/unhandled";
import { skipExplored } from "#support/explored";
import { mayLeak } from "#support/may-leak";

describe("leaving a scope", mayLeak, () => {
  it("cancels an operation that nobody awaited, and waits until it is undone", async () => {
    const events: string[] = [];

    await new CancelScope().run(() => {
      void suspend("left behind", () => () => void events.push("undo")).catch((error: unknown) =>
        events.push(error instanceof CancelledError ? error.source : String(error)),
      );
    });
    events.push("left");

    expect(events.toSorted()).toEqual(["exit", "left", "undo"]);
    expect(events.at(-1)).toBe("left");
  });

  it.each<[string, () => Promise<unknown>]>([
    ["an operation", () => checkpoint()],
    ["a scope", () => moveOnAfter(1000, () => {}).then(() => checkpoint())],
    ["a failure", () => suspend("a failure", (waiter) => void waiter.throw(new Error("no"))).catch(rethrowIfCancelled)],
  ])("ends a loop that nobody awaits, also where %s of it had ended and was not told yet", async (_what, step) => {
    let steps = 0;

    await new CancelScope().run(() => {
      spendBudget();
      void (async () => {
        for (;;) {
          await step();
          steps++;
        }
      })().catch(() => {});
    });
    const before = steps;
    await turns(20);

    expect(steps).toBe(before);
  });

  it("does not abort the signal of a scope that has ended, where that is still to be told", async () => {
    const inner = new CancelScope();
    const { signal } = inner;

    await new CancelScope().run(async (scope) => {
      spendBudget();
      void inner.run(() => {});
      for (let i = 0; i < 10; i++) await undefined;
      scope.cancel();
    });

    expect(signal.aborted).toBe(false);
  });

  it("ends every branch of a Promise.all that goes from scope to scope", async () => {
    skipExplored("so many under so many schedules take minutes");
    let steps = 0;
    const branch = async (): Promise<void> => {
      for (;;) {
        await moveOnAfter(1000, () => {});
        await checkpoint();
        steps++;
      }
    };

    await moveOnAfter(100, () => Promise.all(Array.from({ length: 1000 }, branch)));
    const before = steps;
    await turns(20);

    expect(steps).toBe(before);
  });

  it("keeps the value of the body, and is no cancellation of the scope", async () => {
    const scope = new CancelScope();

    const value = await scope.run(() => {
      void sleepForever();
      return "value";
    });

    expect(value).toBe("value");
    expect([scope.cancelCalled, scope.cancelledCaught]).toEqual([false, false]);
  });

  it("keeps the error of the body", async () => {
    const failure = new Error("body");

    const error = await errorOf(
      new CancelScope().run(() => {
        void sleepForever();
        throw failure;
      }),
    );

    expect(error).toBe(failure);
  });

  it("cancels the loser of a Promise.race, so that it cannot steal an item later", async () => {
    const taken: string[] = [];
    const queue: ((item: string) => boolean)[] = [];
    const take = () =>
      suspend<string>("an item", (waiter) => {
        const offer = (item: string) => waiter.resume(item);
        queue.push(offer);
        return () => void queue.splice(queue.indexOf(offer), 1);
      });

    await new CancelScope().run(() => Promise.race([take().then((item) => taken.push(item)), checkpoint()]));

    expect(queue).toEqual([]);
    expect(taken).toEqual([]);
  });

  it("cancels scopes that still run inside, and waits for them", async () => {
    const events: string[] = [];

    await new CancelScope().run(() => {
      void failAfter(60_000, async () => {
        try {
          await sleepForever();
        } finally {
          events.push("cancelled");
          await shield(() => turn());
          events.push("cleaned up");
        }
      }).catch(() => {});
    });
    events.push("left");

    expect(events).toEqual(["cancelled", "cleaned up", "left"]);
  });

  it("only waits for a shielded scope", async () => {
    const events: string[] = [];

    await new CancelScope().run(() => {
      void shield(async () => {
        await turn();
        await checkpoint();
        events.push("shielded block ended by itself");
      });
    });
    events.push("left");

    expect(events).toEqual(["shielded block ended by itself", "left"]);
  });

  it("waits at every depth", async () => {
    const events: string[] = [];

    await new CancelScope().run(() => {
      void new CancelScope().run(() => {
        void new CancelScope().run(() => {
          void shield(async () => {
            await turns(3);
            events.push("innermost");
          }).then(() => events.push("shield"));
        });
      });
    });
    events.push("left");

    expect(events[0]).toBe("innermost");
    expect(events.at(-1)).toBe("left");
  });

  it("refuses operations that begin while it is being left", async () => {
    const events: string[] = [];

    await new CancelScope().run(() => {
      void suspend("left behind", () => {}).catch(async () => {
        await checkpoint().catch((error: unknown) => events.push((error as CancelledError).source));
      });
      void shield(() => turns(2));
    });

    expect(events).toEqual(["exit"]);
  });

  it("settles every promise that was returned in it", async () => {
    const settled: string[] = [];
    const note = (name: string, promise: Promise<unknown>) =>
      void promise.then(
        () => settled.push(name),
        () => settled.push(name),
      );

    await new CancelScope().run(() => {
      note("sleep", sleep(60_000));
      note("sleepForever", sleepForever());
      note(
        "failAfter",
        failAfter(60_000, () => sleepForever()),
      );
      note(
        "scope",
        new CancelScope().run(() => sleepForever()),
      );
      note(
        "run",
        run(() => sleepForever()),
      );
    });
    await turn();

    expect(settled.toSorted()).toEqual(["failAfter", "run", "scope", "sleep", "sleepForever"]);
  });

  it("delivers what was completed before, though nobody awaited it", async () => {
    const events: string[] = [];

    await new CancelScope().run(() => {
      void suspend<string>("a value", (waiter) => void waiter.resume("value")).then((value) => events.push(value));
    });
    await turn();

    expect(events).toEqual(["value"]);
  });

  it("leaves no unhandled rejection of its own behind", async () => {
    const unhandled = await unhandledRejectionsOf(() =>
      new CancelScope().run(() => {
        void sleepForever();
        void sleep(60_000);
        void failAfter(60_000, () => sleepForever());
        void moveOnAfter(60_000, () => sleepForever());
        void new CancelScope().run(() => sleepForever());
        void run(() => sleepForever());
      }),
    );

    expect(unhandled).toEqual([]);
  });

  it("draws its conclusion as of then: cancelled while waiting for what was left, it keeps the body's value", async () => {
    const outer = new CancelScope();
    const inner = new CancelScope();

    const value = await outer.run(() =>
      inner.run(() => {
        void shield(async () => {
          await turn();
          inner.cancel();
        });
        return "value";
      }),
    );

    expect(value).toBe("value");
    expect(inner.cancelledCaught).toBe(false);
  });
});

describe("an exited scope", () => {
  it("is transparent: code that runs later in its context belongs to the nearest open ancestor", async () => {
    const outer = new CancelScope();
    let later!: () => CancelScope;

    await outer.run(async () => {
      await moveOnAfter(60_000, () => new CancelScope().run(() => (later = bindScope(() => currentScope()))));

      expect(later()).toBe(outer);
    });
  });

  it("does not cancel a request handler of a server that was started inside of it", async () => {
    const events: string[] = [];
    let handled!: () => void;
    const done = new Promise<void>((resolve) => (handled = resolve));

    await moveOnAfter(60_000, (scope) => {
      setTimeout(() => {
        scope.cancel("too late");
        void checkpoint()
          .then(() => events.push("handler works"))
          .then(handled);
      }, 1);
    });
    await done;

    expect(events).toEqual(["handler works"]);
  });

  it("does not hide a cancellation of the ancestor that is still open", async () => {
    const outer = new CancelScope();
    const events: string[] = [];

    await outer.run(async () => {
      const late = await new CancelScope().run(() => shield(() => bindScope(() => checkpoint())));
      outer.cancel();
      await late?.().catch(() => events.push("cancelled"));
    });

    expect(events).toEqual(["cancelled"]);
  });
});
