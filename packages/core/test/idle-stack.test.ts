import { describe, expect, it } from "vitest";
import { IdleStack } from "@anyio/core/workers";
import { sleep } from "@anyio/core";

class Worker {
  isAlive = true;
  pushedAt = 0;

  constructor(readonly name: string) {}
}

const LIMIT = 30;

describe("IdleStack", () => {
  it("gives the one that came last, and undefined where there is none", () => {
    const [first, second] = [new Worker("first"), new Worker("second")];
    const idle = new IdleStack<Worker>(LIMIT, () => {});
    idle.push(first);
    idle.push(second);

    expect([idle.take(), idle.take(), idle.take()]).toEqual([second, first, undefined]);
  });

  it("passes over those that have ended", () => {
    const [first, second] = [new Worker("first"), new Worker("second")];
    const idle = new IdleStack<Worker>(LIMIT, () => {});
    idle.push(first);
    idle.push(second);
    second.isAlive = false;

    expect([idle.take(), idle.take()]).toEqual([first, undefined]);
  });

  it("lets go those that have stayed for its limit, each in its time", async () => {
    const workers = ["first", "second", "third"].map((name) => new Worker(name));
    const gone: Worker[] = [];
    const stays: number[] = [];
    const idle = new IdleStack<Worker>(LIMIT, (worker) => {
      gone.push(worker);
      stays.push(performance.now() - worker.pushedAt);
    });

    for (const worker of workers) {
      worker.pushedAt = performance.now();
      idle.push(worker);
      await sleep(LIMIT / 2);
    }
    while (gone.length < workers.length) await sleep(1);

    expect(gone).toEqual(workers);
    expect(Math.min(...stays)).toBeGreaterThanOrEqual(LIMIT - 3);
    expect(idle.take()).toBeUndefined();
  });

  it("begins anew with one that comes back", async () => {
    const worker = new Worker("needed");
    const stays: number[] = [];
    const idle = new IdleStack<Worker>(LIMIT, () => stays.push(performance.now() - worker.pushedAt));

    for (const end = performance.now() + 2 * LIMIT; performance.now() < end; await sleep(1)) {
      worker.pushedAt = performance.now();
      idle.push(worker);
      expect(idle.take()).toBe(worker);
    }
    await sleep(2 * LIMIT);
    expect(stays).toEqual([]);

    worker.pushedAt = performance.now();
    idle.push(worker);
    while (stays.length === 0) await sleep(1);
    expect(stays[0]).toBeGreaterThanOrEqual(LIMIT - 3);
  });

  it("lets nobody go who has ended", async () => {
    const [ended, alive] = [new Worker("ended"), new Worker("alive")];
    const gone: Worker[] = [];
    const idle = new IdleStack<Worker>(LIMIT, (worker) => gone.push(worker));
    idle.push(ended);
    idle.push(alive);
    ended.isAlive = false;

    while (gone.length === 0) await sleep(1);

    expect(gone).toEqual([alive]);
  });
});
