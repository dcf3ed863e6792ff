import { CancelScope } from "@anyio/core";
import { CapacityLimiter, Condition, Event, Future, Lock, Semaphore } from "@anyio/sync";
import { beforeEach, describe, expect, it } from "vitest";
import { collectUntil } from "#support/collect";
import { skipExplored } from "#support/explored";
import { mayLeak } from "#support/may-leak";

beforeEach(() => skipExplored("what is collected does not follow from a schedule"));

describe("what lives on", () => {
  it.each([
    ["Lock", () => new Lock()],
    ["Condition", () => new Condition()],
    ["Semaphore", () => new Semaphore(1)],
    ["CapacityLimiter", () => new CapacityLimiter(1)],
  ])("keeps nothing of the leases of a %s that were given back", async (_name, make) => {
    const lock = make();
    const visit = async (): Promise<WeakRef<Disposable>> => {
      const lease = await lock.acquire();
      const waiting = lock.acquire();
      lease[Symbol.dispose]();
      (await waiting)[Symbol.dispose]();
      return new WeakRef(lease);
    };

    const reference = await visit();

    await collectUntil(() => reference.deref() === undefined);
    expect(lock.statistics()).toBeDefined();
  });

  it("keeps nothing of a lease that a semaphore was given back without", async () => {
    const semaphore = new Semaphore(1);
    const visit = async (): Promise<WeakRef<Disposable>> => {
      const lease = await semaphore.acquire();
      semaphore.release();
      return new WeakRef(lease);
    };

    const reference = await visit();

    await collectUntil(() => reference.deref() === undefined);
    expect(semaphore.value).toBe(1);
  });

  it("keeps nothing of a limiter's borrowers that have given back, or were cancelled", async () => {
    const limiter = new CapacityLimiter(1);
    const visit = async (): Promise<WeakRef<object>[]> => {
      const borrowers = [{}, {}, {}];
      await limiter.acquireOnBehalfOf(borrowers[0]);
      await new CancelScope().run((scope) => {
        void limiter.acquireOnBehalfOf(borrowers[1]);
        scope.cancel();
        return limiter.acquireOnBehalfOf(borrowers[2]);
      });
      limiter.releaseOnBehalfOf(borrowers[0]);
      return borrowers.map((borrower) => new WeakRef(borrower));
    };

    const references = await visit();

    await collectUntil(() => references.every((reference) => reference.deref() === undefined));
    expect(limiter.borrowedTokens).toBe(0);
  });

  it.each<[string, () => () => Promise<unknown>]>([
    ["an event", () => wait(new Event())],
    ["a future", () => wait(new Future())],
    ["a condition", () => wait(heldCondition())],
    ["a semaphore", () => acquire(new Semaphore(0))],
    ["a capacity limiter", () => acquire(new CapacityLimiter(0))],
  ])("keeps nothing of those who were cancelled as they waited for %s", mayLeak, async (_name, make) => {
    const wait = make();
    const visit = async (): Promise<WeakRef<object>> => {
      const mine = { name: "what a waiter has" };
      await new CancelScope().run(async (scope) => {
        const waiting = wait().finally(() => mine.name);
        scope.cancel();
        await waiting;
      });
      return new WeakRef(mine);
    };

    const reference = await visit();

    await collectUntil(() => reference.deref() === undefined);
    expect(wait).toBeDefined();
  });
});

function wait(thing: { wait(): Promise<unknown> }): () => Promise<unknown> {
  return () => thing.wait();
}

function acquire(thing: { acquire(): Promise<unknown> }): () => Promise<unknown> {
  return () => thing.acquire();
}

function heldCondition(): Condition {
  const condition = new Condition();
  condition.acquireNowait();
  return condition;
}
