import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CancelledError, CancelScope, dumpTasks, shield } from "@anyio/core";
import { bindScope, WaitQueue } from "@anyio/core/lowlevel";
import { caught, errorOf } from "#support/caught";
import { skipExplored } from "#support/explored";
import { turn } from "#support/turn";
import { unhandledRejectionsOf } from "#support/unhandled";
import { mayLeak } from "#support/may-leak";

describe("WaitQueue", () => {
  it("wakes whoever has waited longest, with a value", async () => {
    skipExplored("who is ready goes on in an order that the seed chooses");
    const queue = new WaitQueue<string>();
    const events: string[] = [];
    const all = ["a", "b", "c"].map((name) => queue.wait("a turn").then((value) => events.push(`${name} ${value}`)));

    const woke = [queue.wake("first"), queue.wake("second"), queue.wake("third"), queue.wake("nobody")];
    await Promise.all(all);

    expect(woke).toEqual([true, true, true, false]);
    expect(events).toEqual(["a first", "b second", "c third"]);
  });

  it("wakes those whose token is picked, in order, and leaves the others their places", async () => {
    const queue = new WaitQueue<string, number>();
    const all = [1, 2, 3, 4].map((token) => queue.wait("a turn", token).then((value) => `${token} ${value}`));

    const woken = queue.wakeWhere((token) => token % 2 === 0, "even");
    const left = [...queue];
    queue.wakeAll("odd");

    expect([woken, left]).toEqual([2, [1, 3]]);
    expect(await Promise.all(all)).toEqual(["1 odd", "2 even", "3 odd", "4 even"]);
  });

  it("fails those whose token is picked, each with an error of its own", async () => {
    const queue = new WaitQueue<void, number>();
    const all = [1, 2, 3].map((token) => errorOf(queue.wait("a turn", token)));
    let made = 0;

    const failed = queue.failWhere(
      (token) => token !== 2,
      () => new RangeError(`error ${++made}`),
    );
    queue.fail(new TypeError("the one left"));

    expect(failed).toBe(2);
    expect((await Promise.all(all)).map(String)).toEqual([
      "RangeError: error 1",
      "TypeError: the one left",
      "RangeError: error 2",
    ]);
  });

  it("counts those who wait", async () => {
    const queue = new WaitQueue();
    const sizes = [queue.size];

    const waiting = [queue.wait("a turn"), queue.wait("a turn")];
    sizes.push(queue.size);
    queue.wake();
    sizes.push(queue.size);
    queue.wake();
    sizes.push(queue.size);
    await Promise.all(waiting);

    expect(sizes).toEqual([0, 2, 1, 0]);
  });

  it("wakes all who wait now, in order, and not who comes meanwhile", async () => {
    skipExplored("who is ready goes on in an order that the seed chooses");
    const queue = new WaitQueue<string>();
    const events: string[] = [];
    const again = async (name: string) => {
      events.push(`${name} ${await queue.wait("a turn")}`);
      events.push(`${name} ${await queue.wait("a turn")}`);
    };
    const all = Promise.all([again("a"), again("b")]);

    const first = queue.wakeAll("1");
    await turn();
    const second = queue.wakeAll("2");
    await all;

    expect([first, second, queue.wakeAll("3")]).toEqual([2, 2, 0]);
    expect(events).toEqual(["a 1", "b 1", "a 2", "b 2"]);
  });

  it("fails whoever has waited longest", async () => {
    const queue = new WaitQueue<string>();
    const failure = new Error("closed");
    const first = errorOf(queue.wait("a turn"));
    const second = queue.wait("a turn");

    const failed = queue.fail(failure);
    queue.wake("fine");

    expect(failed).toBe(true);
    expect(await first).toBe(failure);
    expect(await second).toBe("fine");
    expect(queue.fail(failure)).toBe(false);
  });

  it("shows the tokens of those who wait, in order", async () => {
    const queue = new WaitQueue<void, { need: number }>();
    const waiting = [queue.wait("tokens", { need: 3 }), queue.wait("tokens", { need: 1 })];

    expect(queue.peek()).toEqual({ need: 3 });
    expect([...queue]).toEqual([{ need: 3 }, { need: 1 }]);

    queue.wakeAll();
    await Promise.all(waiting);
    expect(queue.peek()).toBeUndefined();
    expect([...queue]).toEqual([]);
  });

  it("is refused in a cancelled scope, without joining", async () => {
    const queue = new WaitQueue();

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      await caught(queue.wait("a turn"), CancelledError);
    });

    expect(queue.size).toBe(0);
  });

  it("is left by whoever is cancelled, and the next one is first", async () => {
    const queue = new WaitQueue<string>();
    const scope = new CancelScope();
    const left = scope.run(() => queue.wait("a turn"));
    const next = queue.wait("a turn");

    scope.cancel();
    const size = queue.size;
    queue.wake("handed over");
    await left;

    expect(size).toBe(1);
    expect(scope.cancelledCaught).toBe(true);
    expect(await next).toBe("handed over");
  });

  it("delivers to whoever was woken and then cancelled in the same tick", async () => {
    const queue = new WaitQueue<string>();
    const scope = new CancelScope();
    const first = scope.run(() => queue.wait("a turn"));
    const second = queue.wait("a turn");

    queue.wake("granted");
    scope.cancel();
    queue.wake("for the second");

    expect(await first).toBe("granted");
    expect(await second).toBe("for the second");
    expect(scope.cancelledCaught).toBe(false);
  });

  it("does not lose a value to whoever was cancelled and then would be woken in the same tick", async () => {
    const queue = new WaitQueue<string>();
    const scope = new CancelScope();
    const first = scope.run(() => queue.wait("a turn"));
    const second = queue.wait("a turn");

    scope.cancel();
    queue.wake("granted");

    expect(await first).toBeUndefined();
    expect(await second).toBe("granted");
  });

  it("keeps whoever is shielded", async () => {
    const queue = new WaitQueue<string>();

    const value = await new CancelScope().run(async (scope) => {
      const promise = shield(() => queue.wait("a turn"));
      scope.cancel();
      queue.wake("granted");
      return await promise;
    });

    expect(value).toBe("granted");
  });

  it("is left, from the head, the middle and the tail", async () => {
    const queue = new WaitQueue<void, number>();
    const scopes = Array.from({ length: 5 }, () => new CancelScope());
    const all = Promise.all(scopes.map((scope, i) => scope.run(() => queue.wait("a turn", i))));
    const seen: number[][] = [];

    for (const i of [0, 2, 4, 1, 3]) {
      scopes[i]?.cancel();
      seen.push([...queue]);
    }
    await all;

    expect(seen).toEqual([[1, 2, 3, 4], [1, 3, 4], [1, 3], [3], []]);
  });

  it("is left by two branches of one Promise.all in one scope", async () => {
    const queue = new WaitQueue<string>();
    const scope = new CancelScope();

    await scope.run(async () => {
      const both = Promise.allSettled([queue.wait("a turn"), queue.wait("a turn")]);
      queue.wake("first");
      scope.cancel();
      const [first, second] = await both;
      expect(first).toEqual({ status: "fulfilled", value: "first" });
      expect(second.status).toBe("rejected");
    });
  });

  it("is left by who was left behind in a scope", mayLeak, async () => {
    const queue = new WaitQueue<string>();

    await new CancelScope().run(() => void queue.wait("a turn"));

    expect(queue.size).toBe(0);
    expect(queue.wake("nobody")).toBe(false);
  });

  it("says in a task dump what its waiters wait for", async () => {
    await new CancelScope().run(async (scope) => {
      const queue = new WaitQueue();
      void queue.wait("the printer");
      expect(dumpTasks()).toContain("the printer");
      scope.cancel();
    });
  });

  it("causes no unhandled rejection by cancelling", async () => {
    const unhandled = await unhandledRejectionsOf(() =>
      new CancelScope().run((scope) => {
        void new WaitQueue().wait("a turn");
        scope.cancel();
      }),
    );

    expect(unhandled).toEqual([]);
  });

  it("serves 100,000 waiters of whom every other one was cancelled", async () => {
    skipExplored("it measures a large number once");
    const queue = new WaitQueue<void, number>();
    const order: number[] = [];
    const doomed = new CancelScope();
    const join = (i: number) => queue.wait("a turn", i).then(() => order.push(i));
    const winners: Promise<unknown>[] = [];

    const joinOutside = bindScope(join);
    const left = doomed.run(async () => {
      const losers: Promise<unknown>[] = [];
      for (let i = 0; i < 100_000; i += 2) {
        winners.push(joinOutside(i));
        losers.push(join(i + 1));
      }
      await Promise.all(losers);
    });
    await turn();
    doomed.cancel();
    await left;
    queue.wakeAll();
    await Promise.all(winners);

    expect(order).toEqual(Array.from({ length: 50_000 }, (_, i) => 2 * i));
  }, 20_000);

  it("loses nothing and keeps the order, whatever joins, is woken and is cancelled", async () => {
    const which = fc.nat({ max: 20 });
    const action = fc.oneof(
      fc.constant({ kind: "join" as const }),
      fc.constant({ kind: "joinShielded" as const }),
      fc.constant({ kind: "wake" as const }),
      fc.constant({ kind: "wakeAll" as const }),
      fc.constant({ kind: "fail" as const }),
      fc.record({ kind: fc.constant("cancel" as const), which }),
      fc.constant({ kind: "turn" as const }),
    );

    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 50 }), async (actions) => {
        const queue = new WaitQueue<string, number>();
        const outcomes: string[] = [];
        const waiters: { scope: CancelScope; done: Promise<unknown> }[] = [];
        const expected = new Map<number, string>();
        let model: { id: number; shielded: boolean }[] = [];
        const take = (outcome: string) => {
          const head = model.shift();
          if (head !== undefined) expected.set(head.id, outcome);
          return head !== undefined;
        };

        for (const [step, each] of actions.entries()) {
          if (each.kind === "join" || each.kind === "joinShielded") {
            const id = waiters.length;
            const scope = new CancelScope();
            const shielded = each.kind === "joinShielded";
            const wait = () =>
              queue.wait("a turn", id).then(
                (value) => (outcomes[id] = value),
                (error: unknown) => (outcomes[id] = error instanceof CancelledError ? "cancelled" : "failed"),
              );
            waiters.push({ scope, done: scope.run(() => (shielded ? shield(wait) : wait())) });
            model.push({ id, shielded });
          } else if (each.kind === "wake") {
            expect(queue.wake(`woken at ${step}`)).toBe(take(`woken at ${step}`));
          } else if (each.kind === "wakeAll") {
            expect(queue.wakeAll(`woken at ${step}`)).toBe(model.length);
            while (take(`woken at ${step}`));
          } else if (each.kind === "fail") {
            expect(queue.fail(new Error("x"))).toBe(take("failed"));
          } else if (each.kind === "cancel") {
            waiters[each.which]?.scope.cancel();
            const victim = model.find(({ id, shielded }) => id === each.which && !shielded);
            if (victim !== undefined) expected.set(victim.id, "cancelled");
            model = model.filter((other) => other !== victim);
          } else {
            await turn();
          }
          expect([...queue]).toEqual(model.map(({ id }) => id));
          expect(queue.size).toBe(model.length);
        }

        queue.wakeAll("at the end");
        for (const { id } of model) expected.set(id, "at the end");
        await Promise.all(waiters.map(({ done }) => done));
        expect(outcomes).toEqual(waiters.map((_, id) => expected.get(id)));
      }),
      { numRuns: 300 },
    );
  });
});
