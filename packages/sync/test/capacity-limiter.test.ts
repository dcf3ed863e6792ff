import {
  CancelledError,
  CancelScope,
  InvalidStateError,
  run,
  type TaskInfo,
  waitAllTasksBlocked,
  WouldBlockError,
} from "@anyio/core";
import { CapacityLimiter, type Lease } from "@anyio/sync";
import { describe, expect, it } from "vitest";
import { caught } from "#support/caught";
import { skipExplored } from "#support/explored";
import { outside } from "#support/outside";
import { SeededScheduler } from "#support/seeded-scheduler";
import { turns } from "#support/turn";
import { resumptionsOf } from "./support/resumptions.js";

describe("CapacityLimiter", () => {
  it("lets in as many as it has tokens, and the next when one leaves", async () => {
    skipExplored("those who are woken go on in an order that the seed chooses");
    const limiter = new CapacityLimiter(2);
    const log: string[] = [];
    const visit = (name: string) =>
      limiter.run(async () => {
        log.push(`${name} in`);
        await waitAllTasksBlocked();
        log.push(`${name} out`);
      });

    await Promise.all(["a", "b", "c"].map(visit));

    expect(log).toEqual(["a in", "b in", "a out", "c in", "b out", "c out"]);
  });

  it("counts its tokens", async () => {
    const limiter = new CapacityLimiter(3);

    await limiter.acquire();
    limiter.acquireNowait();

    expect([limiter.totalTokens, limiter.borrowedTokens, limiter.availableTokens]).toEqual([3, 2, 1]);
  });

  it("lets one task borrow several", async () => {
    const limiter = new CapacityLimiter(2);

    const leases = [await limiter.acquire(), await limiter.acquire()];
    expect(() => limiter.acquireNowait()).toThrow(WouldBlockError);
    for (const lease of leases) lease[Symbol.dispose]();

    expect(limiter.borrowedTokens).toBe(0);
  });

  it("lets everybody in where there is no limit", async () => {
    const limiter = new CapacityLimiter(Infinity);

    const leases = await Promise.all(Array.from({ length: 100 }, () => limiter.acquire()));

    expect([limiter.borrowedTokens, limiter.availableTokens]).toEqual([100, Infinity]);
    for (const lease of leases) lease[Symbol.dispose]();
    expect(limiter.borrowedTokens).toBe(0);
  });

  it("lets nobody in where the limit is zero, until it is raised", async () => {
    const limiter = new CapacityLimiter(0);
    const waiting = limiter.acquire();
    expect(() => limiter.acquireNowait()).toThrow(WouldBlockError);

    limiter.totalTokens = 1;

    (await waiting)[Symbol.dispose]();
    expect(limiter.availableTokens).toBe(1);
  });

  it("lets in those who wait, in order, when the limit is raised", async () => {
    skipExplored("those who are woken go on in an order that the seed chooses");
    const limiter = new CapacityLimiter(0);
    const log: number[] = [];
    const waiting = [1, 2, 3, 4].map((i) => limiter.acquire().then(() => log.push(i)));

    limiter.totalTokens = 3;
    await Promise.all(waiting.slice(0, 3));
    await turns(2);
    expect(log).toEqual([1, 2, 3]);
    expect(limiter.statistics()).toMatchObject({ borrowedTokens: 3, tasksWaiting: 1 });
    limiter.totalTokens = Infinity;
    await Promise.all(waiting);

    expect(log).toEqual([1, 2, 3, 4]);
  });

  it("lets nobody in after the limit was lowered, until enough have left", async () => {
    const limiter = new CapacityLimiter(3);
    const leases = [limiter.acquireNowait(), limiter.acquireNowait(), limiter.acquireNowait()];
    const waiting = limiter.acquire();

    limiter.totalTokens = 1;
    const seen = leases.map((lease) => {
      const { availableTokens } = limiter;
      lease[Symbol.dispose]();
      return [availableTokens, limiter.statistics().tasksWaiting];
    });

    expect(seen).toEqual([
      [-2, 1],
      [-1, 1],
      [0, 0],
    ]);
    (await waiting)[Symbol.dispose]();
    expect(limiter.availableTokens).toBe(1);
  });

  it("goes from no limit to one", async () => {
    const limiter = new CapacityLimiter(Infinity);
    const leases = [limiter.acquireNowait(), limiter.acquireNowait()];

    limiter.totalTokens = 2;
    expect(() => limiter.acquireNowait()).toThrow(WouldBlockError);
    for (const lease of leases) lease[Symbol.dispose]();

    expect(limiter.availableTokens).toBe(2);
  });

  it.each([-1, 1.5, Number.NaN, -Infinity])("has no limit of %s", (total) => {
    const limiter = new CapacityLimiter(1);

    expect(() => new CapacityLimiter(total)).toThrow(RangeError);
    expect(() => (limiter.totalTokens = total)).toThrow(
      `totalTokens must be a non-negative integer or Infinity, not ${total}`,
    );
    expect(limiter.totalTokens).toBe(1);
  });

  it.each([true, null, undefined, 1n])("has no limit of %o, which is no number", (total) => {
    const limiter = new CapacityLimiter(1);

    expect(() => new CapacityLimiter(total as unknown as number)).toThrow(TypeError);
    expect(() => (limiter.totalTokens = total as unknown as number)).toThrow(
      `totalTokens must be a number, not ${total}`,
    );
  });

  it("tells who has borrowed: tasks, and the borrowers that were named, longest first", async () => {
    const limiter = new CapacityLimiter(3);
    const connection = { host: "db" };

    await run(() => limiter.acquire(), { name: "worker", signals: [] });
    await limiter.acquireOnBehalfOf(connection);
    const third = limiter.acquireOnBehalfOfNowait(undefined);
    const waiting = outside(() => limiter.acquire());
    const statistics = limiter.statistics();
    third[Symbol.dispose]();
    await waiting;

    expect(statistics).toEqual({
      borrowedTokens: 3,
      totalTokens: 3,
      borrowers: [expect.objectContaining({ name: "worker" }), connection, undefined],
      tasksWaiting: 1,
    });
    expect((limiter.statistics().borrowers[2] as TaskInfo).name).toBe("root");
  });

  it("keeps the task of who waited as the borrower", async () => {
    const limiter = new CapacityLimiter(0);
    const waiting = run(() => limiter.acquire(), { name: "waiter", signals: [] });
    await turns(1);

    limiter.totalTokens = 1;
    const [borrower] = limiter.statistics().borrowers;

    await waiting;
    expect((borrower as TaskInfo).name).toBe("waiter");
  });

  it("gives back once, however often a lease is disposed of", async () => {
    const limiter = new CapacityLimiter(2);
    const [first, second] = [await limiter.acquire(), await limiter.acquire()];

    first[Symbol.dispose]();
    first[Symbol.dispose]();

    expect(limiter.borrowedTokens).toBe(1);
    second[Symbol.dispose]();
  });

  it("serves 10,000 named borrowers with as many resumptions each as 2,500", async () => {
    skipExplored("it has a scheduler of its own");
    const visit = async (size: number) => {
      const limiter = new CapacityLimiter(0);
      const all = Array.from({ length: size }, (_, i) => limiter.acquireOnBehalfOf(i));
      limiter.totalTokens = 10;
      for (const next of all) (await next)[Symbol.dispose]();
      expect(limiter.statistics()).toEqual({ borrowedTokens: 0, totalTokens: 10, borrowers: [], tasksWaiting: 0 });
    };

    const [small, large] = [await resumptionsOf(() => visit(2_500)), await resumptionsOf(() => visit(10_000))];

    expect(large - small).toBe(7_500);
  });
});

describe("CapacityLimiter, on behalf of a borrower,", () => {
  it("borrows one token, which is given back by its lease or by the borrower's name", async () => {
    const limiter = new CapacityLimiter(1);

    (await limiter.acquireOnBehalfOf("a"))[Symbol.dispose]();
    await limiter.acquireOnBehalfOf("a");
    limiter.releaseOnBehalfOf("a");
    limiter.acquireOnBehalfOfNowait("a");
    limiter.releaseOnBehalfOf("a");

    expect(limiter.borrowedTokens).toBe(0);
  });

  it("ends the lease when it is given back by name", async () => {
    const limiter = new CapacityLimiter(1);
    const lease = await limiter.acquireOnBehalfOf("a");

    limiter.releaseOnBehalfOf("a");
    await limiter.acquireOnBehalfOf("a");
    lease[Symbol.dispose]();

    expect(limiter.statistics().borrowers).toEqual(["a"]);
  });

  it("does not borrow a second token", async () => {
    const limiter = new CapacityLimiter(3);
    await limiter.acquireOnBehalfOf("a");

    await caught(limiter.acquireOnBehalfOf("a"), InvalidStateError);
    expect(() => limiter.acquireOnBehalfOfNowait("a")).toThrow(InvalidStateError);
    expect(() => limiter.acquireOnBehalfOfNowait("a")).toThrow('"a" has a token of the limiter or waits for one');

    expect(limiter.borrowedTokens).toBe(1);
  });

  it("does not wait a second time", async () => {
    const limiter = new CapacityLimiter(0);
    const waiting = limiter.acquireOnBehalfOf("a");

    await caught(limiter.acquireOnBehalfOf("a"), InvalidStateError);
    expect(() => limiter.acquireOnBehalfOfNowait("a")).toThrow(InvalidStateError);
    limiter.totalTokens = 2;

    await waiting;
    await caught(limiter.acquireOnBehalfOf("a"), InvalidStateError);
    expect(limiter.borrowedTokens).toBe(1);
  });

  it("tells borrowers apart as a Map does", async () => {
    const limiter = new CapacityLimiter(9);
    const borrowers = [{}, {}, "1", 1, Number.NaN, undefined, null];

    for (const borrower of borrowers) await limiter.acquireOnBehalfOf(borrower);

    expect(limiter.statistics().borrowers).toEqual(borrowers);
    await caught(limiter.acquireOnBehalfOf(Number.NaN), InvalidStateError);
    expect(() => limiter.releaseOnBehalfOf({})).toThrow(InvalidStateError);
  });

  it("shows any borrower in its errors", async () => {
    const limiter = new CapacityLimiter(1);
    const borrower = Object.create(null) as object;

    expect(() => limiter.releaseOnBehalfOf(borrower)).toThrow(/^a value that cannot be shown has no token/);
    expect(() => limiter.releaseOnBehalfOf(Symbol("mine"))).toThrow(/^Symbol\(mine\) has no token/);
  });

  it("gives back nothing where it has none", async () => {
    const limiter = new CapacityLimiter(1);
    await limiter.acquireOnBehalfOf("holder");
    void limiter.acquireOnBehalfOf("waiter");

    expect(() => limiter.releaseOnBehalfOf("stranger")).toThrow(InvalidStateError);
    expect(() => limiter.releaseOnBehalfOf("waiter")).toThrow(InvalidStateError);
    limiter.releaseOnBehalfOf("holder");
    expect(() => limiter.releaseOnBehalfOf("holder")).toThrow(InvalidStateError);
    limiter.releaseOnBehalfOf("waiter");

    expect(limiter.borrowedTokens).toBe(0);
  });

  it("does not wait where it would have to, without waiting", async () => {
    const limiter = new CapacityLimiter(1);
    const lease = await limiter.acquire();

    expect(() => limiter.acquireOnBehalfOfNowait("a")).toThrow(WouldBlockError);
    lease[Symbol.dispose]();

    limiter.acquireOnBehalfOfNowait("a");
    expect(limiter.statistics().borrowers).toEqual(["a"]);
  });

  it("takes nothing when cancelled before", async () => {
    for (const total of [0, 1]) {
      const limiter = new CapacityLimiter(total);

      await new CancelScope().run(async (scope) => {
        scope.cancel();
        await caught(limiter.acquireOnBehalfOf("a"), CancelledError);
      });

      limiter.totalTokens = 1;
      expect(limiter.borrowedTokens).toBe(0);
      await limiter.acquireOnBehalfOf("a");
    }
  });

  it("may borrow again at once when its wait is cancelled", async () => {
    const limiter = new CapacityLimiter(0);
    const scope = new CancelScope();
    const cancelled = scope.run(() => limiter.acquireOnBehalfOf("a"));

    scope.cancel();
    const waiting = limiter.acquireOnBehalfOf("a");
    await cancelled;
    await turns(2);
    await caught(limiter.acquireOnBehalfOf("a"), InvalidStateError);
    limiter.totalTokens = 2;

    expect(scope.cancelledCaught).toBe(true);
    (await waiting)[Symbol.dispose]();
    expect(limiter.borrowedTokens).toBe(0);
  });

  it("may borrow again at once, also where telling of the cancellation takes its time", async () => {
    await run(
      async () => {
        const limiter = new CapacityLimiter(0);
        const leases: (Lease | undefined)[] = [];
        for (let i = 0; i < 5; i++) {
          const scope = new CancelScope();
          const cancelled = scope.run(() => limiter.acquireOnBehalfOf("a"));
          scope.cancel();
          leases.push(await cancelled);
        }
        limiter.totalTokens = 1;
        await limiter.acquireOnBehalfOf("a");

        expect(leases).toEqual(Array(5).fill(undefined));
        expect(limiter.statistics().borrowers).toEqual(["a"]);
      },
      { signals: [], backend: { scheduler: new SeededScheduler(3) } },
    );
  });
});
