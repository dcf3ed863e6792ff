import { describe, expect, it } from "vitest";
import { CancelScope, CancelledError, currentTime, dumpTasks, failAfter, shield, sleepForever } from "@anyio/core";
import { bindScope, checkpoint, currentScope, suspend, suspendShielded, type Suspension } from "@anyio/core/lowlevel";
import { caught, errorOf } from "#support/caught";
import { skipExplored } from "#support/explored";
import { turn } from "#support/turn";
import { unhandledRejectionsOf } from "#support/unhandled";
import { virtually } from "#support/virtual-clock";
import { mayLeak } from "#support/may-leak";

/** An operation under test: what happened to it, and the means to complete it. */
class Probe {
  readonly events: string[] = [];
  waiter: Suspension<string> | undefined;

  start(): Promise<string> {
    return suspend<string>("the probe", (waiter) => {
      this.events.push("start");
      this.waiter = waiter;
      return () => void this.events.push("undo");
    });
  }

  resume(): void {
    this.events.push(`resume ${this.waiter?.resume("value")}`);
  }

  /** Records how a promise settles. */
  async note(promise: Promise<unknown>): Promise<void> {
    await promise.then(
      (value) => this.events.push(`value ${String(value)}`),
      (error: unknown) => this.events.push(error instanceof CancelledError ? "cancelled" : `error ${String(error)}`),
    );
  }
}

type Shape = (outer: CancelScope, fn: () => Promise<void>) => Promise<unknown>;

const exposed: Record<string, Shape> = {
  plain: (outer, fn) => outer.run(fn),
  nested: (outer, fn) => outer.run(() => new CancelScope().run(() => new CancelScope().run(fn))),
  "nested, with a deadline of its own": (outer, fn) => outer.run(() => failAfter(60_000, fn)),
  "shielded, cancelled inside of the shield": (outer, fn) => shield(() => outer.run(() => new CancelScope().run(fn))),
  "shielded, the shield taken away": (outer, fn) =>
    outer.run(() =>
      new CancelScope({ shield: true }).run((scope) => {
        scope.shield = false;
        return fn();
      }),
    ),
};

const shielded: Record<string, Shape> = {
  "in shield()": (outer, fn) => outer.run(() => shield(fn)),
  "in a scope with shield: true": (outer, fn) => outer.run(() => new CancelScope({ shield: true }).run(fn)),
  "in a scope nested in a shield": (outer, fn) => outer.run(() => shield(() => new CancelScope().run(fn))),
  "in a scope that becomes a shield": (outer, fn) =>
    outer.run(() =>
      new CancelScope().run((scope) => {
        scope.shield = true;
        return fn();
      }),
    ),
};

describe.each(Object.entries(exposed))("suspend, %s", (_name, shape) => {
  it("is refused without any effect when cancelled before entry", async () => {
    const probe = new Probe();
    const outer = new CancelScope();

    await shape(outer, async () => {
      outer.cancel();
      await probe.note(probe.start());
    });

    expect(probe.events).toEqual(["cancelled"]);
  });

  it("is refused without any effect when the scope was cancelled before it was entered", async () => {
    const probe = new Probe();
    const outer = new CancelScope();
    outer.cancel();

    await shape(outer, () => probe.note(probe.start()));

    expect(probe.events).toEqual(["cancelled"]);
  });

  it("is undone, then rejects when cancelled while waiting", async () => {
    const probe = new Probe();
    const outer = new CancelScope();

    await shape(outer, async () => {
      const noted = probe.note(probe.start());
      await turn();
      outer.cancel();
      probe.events.push("cancel returned");
      await noted;
    });

    expect(probe.events).toEqual(["start", "undo", "cancel returned", "cancelled"]);
  });

  it("delivers its value when it is resumed and then cancelled in the same tick", async () => {
    const probe = new Probe();
    const outer = new CancelScope();

    await shape(outer, async () => {
      const noted = probe.note(probe.start());
      probe.resume();
      outer.cancel();
      await noted;
      await probe.note(checkpoint());
    });

    expect(probe.events).toEqual(["start", "resume true", "value value", "cancelled"]);
  });

  it("rejects when it is cancelled and then resumed in the same tick", async () => {
    const probe = new Probe();
    const outer = new CancelScope();

    await shape(outer, async () => {
      const noted = probe.note(probe.start());
      outer.cancel();
      probe.resume();
      await noted;
    });

    expect(probe.events).toEqual(["start", "undo", "resume false", "cancelled"]);
  });

  it("delivers its value when it is resumed, then cancelled, during registration", async () => {
    const probe = new Probe();
    const outer = new CancelScope();

    await shape(outer, () =>
      probe.note(
        suspend<string>("both at once", (waiter) => {
          waiter.resume("value");
          outer.cancel();
          return () => probe.events.push("undo");
        }),
      ),
    );

    expect(probe.events).toEqual(["value value"]);
  });

  it("is undone when its own registration cancels the scope", async () => {
    const probe = new Probe();
    const outer = new CancelScope();

    await shape(outer, () =>
      probe.note(
        suspend<string>("both at once", () => {
          outer.cancel();
          return () => void probe.events.push("undo");
        }),
      ),
    );

    expect(probe.events).toEqual(["undo", "cancelled"]);
  });

  it("delivers the value that its undo resumes it with", async () => {
    const probe = new Probe();
    const outer = new CancelScope();

    await shape(outer, async () => {
      const noted = probe.note(
        suspend<string>("a late completion", (waiter) => () => void waiter.resume("in the undo")),
      );
      outer.cancel();
      await noted;
    });

    expect(probe.events).toEqual(["value in the undo"]);
  });

  it("completes in its own time when its undo refuses", async () => {
    const probe = new Probe();
    const outer = new CancelScope();
    let waiter: Suspension<string> | undefined;

    await shape(outer, async () => {
      const noted = probe.note(
        suspend<string>("something that cannot be taken back", (given) => {
          waiter = given;
          return () => {
            probe.events.push("undo");
            return false;
          };
        }),
      );
      outer.cancel();
      outer.cancel();
      await turn();
      probe.events.push("later");
      waiter?.resume("value");
      await noted;
    });

    expect(probe.events).toEqual(["undo", "later", "value value"]);
  });
});

describe.each(Object.entries(shielded))("suspend, %s", (_name, shape) => {
  it("runs as ever when cancelled before entry", async () => {
    const probe = new Probe();
    const outer = new CancelScope();

    await shape(outer, async () => {
      outer.cancel();
      const noted = probe.note(probe.start());
      await turn();
      probe.resume();
      await noted;
    });

    expect(probe.events).toEqual(["start", "resume true", "value value"]);
  });

  it("waits on when cancelled while waiting", async () => {
    const probe = new Probe();
    const outer = new CancelScope();

    await shape(outer, async () => {
      const noted = probe.note(probe.start());
      outer.cancel();
      await turn();
      probe.resume();
      await noted;
    });

    expect(probe.events).toEqual(["start", "resume true", "value value"]);
  });

  it.each(["resume first", "cancel first"])("delivers its value in the same tick, %s", async (order) => {
    const probe = new Probe();
    const outer = new CancelScope();

    await shape(outer, async () => {
      const noted = probe.note(probe.start());
      if (order === "cancel first") outer.cancel();
      probe.resume();
      outer.cancel();
      await noted;
    });

    expect(probe.events).toEqual(["start", "resume true", "value value"]);
  });

  it("leaves the cancellation to the next operation outside of the shield", async () => {
    const probe = new Probe();
    const outer = new CancelScope();

    await outer.run(async () => {
      await shape(new CancelScope(), async () => {
        outer.cancel();
        await checkpoint();
        probe.events.push("inside");
      }).catch(() => {});
      await probe.note(checkpoint());
    });

    expect(probe.events).toEqual(["inside", "cancelled"]);
  });
});

describe("suspend", () => {
  it("delivers what the waiter is resumed with", async () => {
    let waiter: Suspension<number> | undefined;
    const promise = suspend<number>("a number", (given) => void (waiter = given));

    const won = waiter?.resume(42);

    expect(won).toBe(true);
    expect(await promise).toBe(42);
  });

  it("delivers what the waiter is resumed with during registration", async () => {
    expect(await suspend<number>("a number", (waiter) => void waiter.resume(42))).toBe(42);
  });

  it("rejects with what the waiter throws", async () => {
    const failure = new Error("broken");

    const error = await errorOf(suspend("a failure", (waiter) => void waiter.throw(failure)));

    expect(error).toBe(failure);
  });

  it("rejects with what its registration throws", async () => {
    const failure = new Error("cannot register");

    const error = await errorOf(
      suspend("a failure", () => {
        throw failure;
      }),
    );

    expect(error).toBe(failure);
  });

  it("is completed once, by whoever comes first", async () => {
    const answers: boolean[] = [];

    const value = await suspend<string>("one of several", (waiter) => {
      answers.push(waiter.resume("first"), waiter.resume("second"), waiter.throw(new Error("third")));
    });

    expect(value).toBe("first");
    expect(answers).toEqual([true, false, false]);
  });

  it("does not call the undo of an operation that has completed", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (scope) => {
      let waiter: Suspension<void> | undefined;
      const promise = suspend<void>("something short", (given) => {
        waiter = given;
        return () => void events.push("undo");
      });
      waiter?.resume();
      await promise;
      scope.cancel();
    });

    expect(events).toEqual([]);
  });

  it("rejects with the error of an undo that throws, and stops no other undo", async () => {
    skipExplored("who is ready goes on in an order that the seed chooses");
    const failure = new Error("cannot undo");
    const events: unknown[] = [];
    const waiting = (name: string, undo: () => void) =>
      suspend(name, () => () => {
        events.push(`undo ${name}`);
        undo();
      }).catch((error: unknown) => events.push(error instanceof CancelledError ? `${name} cancelled` : error));

    await new CancelScope().run(async (scope) => {
      const all = Promise.all([
        waiting("a", () => {}),
        waiting("b", () => {
          throw failure;
        }),
        waiting("c", () => {}),
      ]);
      scope.cancel();
      await all;
    });

    expect(events).toEqual(["undo a", "undo b", "undo c", "a cancelled", failure, "c cancelled"]);
  });

  it("throws the error of a failed undo out of the scope that was cancelled", async () => {
    const failure = new Error("cannot undo");
    const scope = new CancelScope();

    const error = await errorOf(
      scope.run(async () => {
        const promise = suspend("something", () => () => {
          throw failure;
        });
        scope.cancel();
        await promise;
      }),
    );

    expect(error).toBe(failure);
    expect(scope.cancelledCaught).toBe(false);
  });

  it("may be resumed by the undo of another operation", async () => {
    skipExplored("who is ready goes on in an order that the seed chooses");
    const events: string[] = [];
    let second: Suspension<string> | undefined;

    await new CancelScope().run(async (scope) => {
      const first = suspend("first", () => () => void second?.resume("handed on")).catch(() =>
        events.push("cancelled"),
      );
      const other = suspend<string>("second", (waiter) => void (second = waiter)).then((value) => events.push(value));
      scope.cancel();
      await Promise.all([first, other]);
    });

    expect(events).toEqual(["handed on", "cancelled"]);
  });

  it("settles before cancel() returns, and lets continuations run later", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (scope) => {
      const promise = suspend("something", () => () => void events.push("undo")).catch(() =>
        events.push("continuation"),
      );
      scope.cancel();
      events.push("cancel returned");
      await promise;
    });

    expect(events).toEqual(["undo", "cancel returned", "continuation"]);
  });

  it("belongs to the scope in which it began, wherever it is resumed", async () => {
    const scope = new CancelScope();
    const other = new CancelScope();
    let waiter: Suspension<void> | undefined;

    await scope.run(async () => {
      const promise = suspend<void>("something", (given) => void (waiter = given));
      await other.run(() => {
        other.cancel();
        waiter?.resume();
      });
      await promise;
      expect(currentScope()).toBe(scope);
    });

    expect(scope.cancelledCaught).toBe(false);
  });

  it("calls an undo in the order in which the operations began", async () => {
    const events: number[] = [];

    await new CancelScope().run(async (scope) => {
      const all = Array.from({ length: 5 }, (_, i) =>
        suspend("one of five", () => () => void events.push(i)).catch(() => {}),
      );
      scope.cancel();
      await Promise.all(all);
    });

    expect(events).toEqual([0, 1, 2, 3, 4]);
  });

  it("works outside every scope", async () => {
    expect(await suspend<string>("a value", (waiter) => queueMicrotask(() => waiter.resume("here")))).toBe("here");
  });

  it("is no unhandled rejection when it is cancelled and nobody awaits it", async () => {
    const unhandled = await unhandledRejectionsOf(() =>
      new CancelScope().run((scope) => {
        void suspend("while waiting", () => {});
        scope.cancel();
        void suspend("before entry", () => {});
      }),
    );

    expect(unhandled).toEqual([]);
  });

  it("is shown by its label, which is made only when somebody looks", async () => {
    let asked = 0;
    const label = () => `answer ${++asked}`;

    await new CancelScope().run(async (scope) => {
      void suspend(label, () => {});
      await turn();
      expect(asked).toBe(0);
      expect(dumpTasks()).toContain("waiting for answer 1");
      scope.cancel();
    });
  });

  it("cancels 10,000 waiters in one scope, each once, in order", async () => {
    skipExplored("it measures a large number once");
    const order: number[] = [];

    await new CancelScope().run(async (scope) => {
      const all = Array.from({ length: 10_000 }, (_, i) =>
        suspend("one of many", () => () => void order.push(i)).catch(() => {}),
      );
      scope.cancel();
      await Promise.all(all);
    });

    expect(order).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
  });

  it("survives a label that throws when it is asked for", async () => {
    const events: string[] = [];

    const error = await errorOf(
      virtually(async (clock) => {
        const done = failAfter(10, async () => {
          const label = () => {
            throw new Error("no label");
          };
          const first = suspend(label, () => {}).catch(() => events.push("first"));
          const second = sleepForever().catch((cancelled: unknown) => {
            events.push("second");
            throw cancelled;
          });
          await Promise.all([first, second]);
        });
        await Promise.all([done, clock.advance(10)]);
      }),
    );

    expect(events.toSorted()).toEqual(["first", "second"]);
    expect(error).toMatchObject({ name: "TimeoutError" });
  });

  it("calls its undo in the scope in which it began", async () => {
    const scope = new CancelScope({ name: "mine" });
    const other = new CancelScope({ name: "other" });
    let seen: CancelScope | undefined;

    await other.run(async () => {
      const cancelFromOutside = bindScope(() => scope.cancel());
      await scope.run(() => {
        const promise = suspend("something", () => () => void (seen = currentScope()));
        cancelFromOutside();
        return promise;
      });
    });

    expect(seen).toBe(scope);
  });
});

describe("suspendShielded", () => {
  it("begins and ends in a cancelled scope", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      events.push(await suspendShielded<string>("a join", (waiter) => queueMicrotask(() => waiter.resume("joined"))));
      await checkpoint().catch(() => events.push("cancelled"));
    });

    expect(events).toEqual(["joined", "cancelled"]);
  });

  it("is not interrupted while it waits", async () => {
    let waiter: Suspension<string> | undefined;

    const value = await new CancelScope().run(async (scope) => {
      const promise = suspendShielded<string>("a join", (given) => void (waiter = given));
      scope.cancel();
      await turn();
      waiter?.resume("joined");
      return await promise;
    });

    expect(value).toBe("joined");
  });

  it("keeps its scope open until it has ended", mayLeak, async () => {
    const events: string[] = [];
    let waiter: Suspension<void> | undefined;

    const left = new CancelScope()
      .run(() => {
        void suspendShielded<void>("a join", (given) => void (waiter = given)).then(() => events.push("joined"));
      })
      .then(() => events.push("left"));
    await turn();
    waiter?.resume();
    await left;

    expect(events).toEqual(["joined", "left"]);
  });

  it("rejects with what its registration throws", async () => {
    const failure = new Error("cannot register");

    const error = await errorOf(
      suspendShielded("a join", () => {
        throw failure;
      }),
    );

    expect(error).toBe(failure);
  });
});

describe("Suspension", () => {
  it("carries a cancellation of its author's to whoever waits", async () => {
    skipExplored("its time has to be above 0, where virtual time begins");
    const cancelled = await new CancelScope().run(async (scope) => {
      scope.cancel("given");
      return await caught(checkpoint(), CancelledError);
    });

    const promise = suspend("a failure", (waiter) => void waiter.throw(cancelled));

    expect(await errorOf(promise)).toBe(cancelled);
    expect(currentTime()).toBeGreaterThan(0);
  });
});
