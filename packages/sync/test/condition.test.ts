import {
  CancelledError,
  CancelScope,
  dumpTasks,
  getRunningTasks,
  InvalidStateError,
  run,
  waitAllTasksBlocked,
} from "@anyio/core";
import { Condition, type Lease, Lock } from "@anyio/sync";
import { amap, withTaskGroup } from "@anyio/task-groups";
import { describe, expect, it } from "vitest";
import { caught, errorOf } from "#support/caught";
import { skipExplored } from "#support/explored";
import { outside } from "#support/outside";
import { SeededScheduler } from "#support/seeded-scheduler";
import { turns } from "#support/turn";
import { unhandledRejectionsOf } from "#support/unhandled";
import { takeWarnings } from "#support/warnings";
import { resumptionsOf } from "./support/resumptions.js";
import { mayLeak } from "#support/may-leak";

describe("Condition", () => {
  it("wakes who waits when it is notified, once the lock is free", async () => {
    const condition = new Condition();
    const log: string[] = [];

    await withTaskGroup(async (tg) => {
      tg.startSoon(async () => {
        using _ = await condition.acquire();
        await condition.wait();
        log.push(`went on, locked: ${condition.locked}`);
      });
      await waitAllTasksBlocked();
      using _ = await condition.acquire();
      condition.notify();
      await waitAllTasksBlocked();
      log.push("leaves");
    });

    expect(log).toEqual(["leaves", "went on, locked: true"]);
    expect(condition.locked).toBe(false);
  });

  it("gives the lock to others while it waits, and has the same lease again", async () => {
    const condition = new Condition();
    const lease = await condition.acquire();
    const waiting = condition.wait();
    const between = await condition.acquire();
    condition.notify();
    between[Symbol.dispose]();
    await waiting;

    expect(condition.locked).toBe(true);
    lease[Symbol.dispose]();

    expect(condition.locked).toBe(false);
  });

  it("hands the lock to who waits for it when it begins to wait", async () => {
    const condition = new Condition();
    const lease = await condition.acquire();
    const next = condition.acquire();

    const waiting = condition.wait();

    expect(condition.statistics().lockStatistics).toMatchObject({ locked: true, tasksWaiting: 0 });
    condition.notify();
    (await next)[Symbol.dispose]();
    await waiting;
    lease[Symbol.dispose]();
  });

  it("wakes as many as it is told, those who have waited longest", async () => {
    const { condition, log, done } = await waiters(5);

    await condition.run(() => condition.notify());
    await turns(2);
    log.push("|");
    await condition.run(() => condition.notify(2));
    await turns(2);
    log.push("|");
    await condition.run(() => condition.notifyAll());
    await done;

    expect(log).toEqual([0, "|", 1, 2, "|", 3, 4]);
  });

  it("wakes nobody where nobody waits, and keeps no notification for later", async () => {
    const condition = new Condition();

    await condition.run(() => {
      condition.notify(3);
      condition.notifyAll();
    });
    const lease = await condition.acquire();
    const waiting = condition.wait().finally(() => lease[Symbol.dispose]());

    expect(condition.statistics().tasksWaiting).toBe(1);
    await condition.run(() => condition.notify(0));
    expect(condition.statistics().tasksWaiting).toBe(1);
    await condition.run(() => condition.notify(Infinity));
    expect(condition.statistics().tasksWaiting).toBe(0);
    await waiting;
  });

  it.each([1, 2, 3, 4, 5])("serves who was notified before who comes to the lock after (schedule %i)", async (seed) => {
    await run(
      async () => {
        const { condition, log, done } = await waiters(3);
        const lease = await condition.acquire();

        condition.notify(2);
        const late = condition.run(() => log.push("late"));
        condition.notify();
        lease[Symbol.dispose]();
        await Promise.all([done, late]);

        expect(log).toEqual([0, 1, "late", 2]);
      },
      { signals: [], backend: { scheduler: new SeededScheduler(seed) } },
    );
  });

  it("works in the depth of many scopes", async () => {
    const { condition, log, done } = await waiters(2);
    const deep = (depth: number, fn: () => Promise<unknown>): Promise<unknown> =>
      depth === 0 ? fn() : new CancelScope().run(() => deep(depth - 1, fn));

    await deep(100, async () => {
      const lease = condition.acquireNowait();
      condition.notifyAll();
      lease[Symbol.dispose]();
    });
    await done;
    const lease = await condition.acquire();
    const waiting = deep(100, () => condition.wait());
    await turns(1);
    await condition.run(() => condition.notify());
    await waiting;
    lease[Symbol.dispose]();

    expect(log).toEqual([0, 1]);
    expect(condition.locked).toBe(false);
  });

  it("shares a lock with other conditions", async () => {
    const lock = new Lock();
    const [full, empty] = [new Condition(lock), new Condition(lock)];
    const items: number[] = [];
    const taken: number[] = [];

    await withTaskGroup((tg) => {
      tg.startSoon(async () => {
        for (let i = 0; i < 5; i++) {
          using _ = await full.acquire();
          await full.waitFor(() => items.length < 2);
          items.push(i);
          empty.notify();
        }
      });
      tg.startSoon(async () => {
        for (let i = 0; i < 5; i++) {
          using _ = await empty.acquire();
          await empty.waitFor(() => items.length > 0);
          taken.push(items.shift() ?? -1);
          full.notify();
        }
      });
    });

    expect(taken).toEqual([0, 1, 2, 3, 4]);
    expect(lock.locked).toBe(false);
  });

  it("has a lock of its own, or a Lock", () => {
    expect(() => new Condition({} as Lock)).toThrow(TypeError);
    expect(() => new Condition(null as unknown as Lock)).toThrow("lock must be a Lock, not null");
    expect(new Condition().locked).toBe(false);
  });

  it("tells how many wait to be notified, and of its lock", async () => {
    const { condition, done } = await outside(() => waiters(2));
    const lease = await outside(() => condition.acquire());
    const before = condition.statistics();

    condition.notify();
    const between = condition.statistics();
    condition.notify();
    lease[Symbol.dispose]();
    await done;

    const owner = expect.objectContaining({ name: "root" });
    expect([before, between, condition.statistics()]).toEqual([
      { tasksWaiting: 2, lockStatistics: { locked: true, owner, tasksWaiting: 0 } },
      { tasksWaiting: 1, lockStatistics: { locked: true, owner, tasksWaiting: 1 } },
      { tasksWaiting: 0, lockStatistics: { locked: false, owner: null, tasksWaiting: 0 } },
    ]);
  });

  it("says in a task dump what is waited for: a notification, then the lock", async () => {
    const condition = new Condition();
    const seen: (string | null | undefined)[] = [];
    const look = () => seen.push(getRunningTasks().find(({ name }) => name === "who waits")?.waitingFor);

    await withTaskGroup(async (tg) => {
      tg.startSoon(() => condition.run(() => condition.wait()), { name: "who waits" });
      await waitAllTasksBlocked();
      look();
      using _ = await outside(() => condition.acquire());
      condition.notify();
      await waitAllTasksBlocked();
      look();
      expect(dumpTasks()).toMatch(/who waits #\d+, .*waiting for a lock held by "root" #0/);
    });

    expect(seen).toEqual(["a notification", 'a lock held by "root" #0']);
  });

  it("serves 10,000 who wait with as many resumptions each as 2,500", async () => {
    skipExplored("it has a scheduler of its own");
    const visit = async (size: number) => {
      const { condition, log, done } = await waiters(size);
      await condition.run(() => condition.notifyAll());
      await done;
      expect(log).toEqual(Array.from({ length: size }, (_, i) => i));
    };

    const sizes = [2_500, 5_000, 10_000];
    const [small = 0, medium = 0, large = 0] = await amap((size) => resumptionsOf(() => visit(size)), sizes);

    expect(large - medium).toBe(2 * (medium - small));
  });
});

describe("Condition, without its lock,", () => {
  it.each<[string, (condition: Condition) => unknown]>([
    ["wait()", (condition) => condition.wait()],
    ["waitFor()", (condition) => condition.waitFor(() => true)],
    ["notify()", (condition) => condition.notify()],
    ["notifyAll()", (condition) => condition.notifyAll()],
  ])("cannot %s", async (name, use) => {
    const condition = new Condition();

    const error = await caught((async () => use(condition))(), InvalidStateError);

    expect(error.message).toBe(`${name} needs the condition's lock, which nobody holds; acquire it first`);
  });

  it.each([-1, 1.5, Number.NaN])("notifies no %s", async (n) => {
    const condition = new Condition();

    await condition.run(() => {
      expect(() => condition.notify(n)).toThrow(RangeError);
      expect(() => condition.notify("1" as unknown as number)).toThrow(TypeError);
    });
  });
});

describe("Condition, cancelled,", () => {
  it("keeps the lock when it was cancelled before it began to wait", async () => {
    const condition = new Condition();

    await new CancelScope().run(async (scope) => {
      const lease = await condition.acquire();
      scope.cancel();
      await caught(condition.wait(), CancelledError);
      expect(condition.statistics()).toMatchObject({ tasksWaiting: 0, lockStatistics: { locked: true } });
      await caught(
        condition.waitFor(() => true),
        CancelledError,
      );
      lease[Symbol.dispose]();
    });

    expect(condition.locked).toBe(false);
  });

  it("has the lock again before its wait rejects", async () => {
    const condition = new Condition();
    const scope = new CancelScope();
    const log: string[] = [];
    const waiting = scope.run(async () => {
      using _ = await condition.acquire();
      try {
        await condition.wait();
      } finally {
        log.push(`cleans up, locked: ${condition.locked}`);
      }
    });
    await waitAllTasksBlocked();
    const lease = await condition.acquire();

    scope.cancel();
    await turns(3);
    log.push("leaves");
    lease[Symbol.dispose]();
    await waiting;

    expect(log).toEqual(["leaves", "cleans up, locked: true"]);
    expect([scope.cancelledCaught, condition.locked]).toEqual([true, false]);
  });

  it("takes no notification with it", async () => {
    const condition = new Condition();
    const scope = new CancelScope();
    const log: string[] = [];
    const cancelled = scope.run(() => condition.run(() => condition.wait().then(() => log.push("cancelled one"))));
    await turns(1);
    const other = condition.run(() => condition.wait().then(() => log.push("other")));
    await turns(1);
    const lease = await condition.acquire();

    scope.cancel();
    condition.notify();
    lease[Symbol.dispose]();
    await Promise.all([cancelled, other]);

    expect(log).toEqual(["other"]);
    expect(scope.cancelledCaught).toBe(true);
  });

  it("has been notified when it was notified before, in the same tick", async () => {
    const condition = new Condition();
    const scope = new CancelScope();
    const log: string[] = [];
    const notified = scope.run(() => condition.run(() => condition.wait().then(() => log.push("notified one"))));
    await turns(1);
    const lease = await condition.acquire();

    condition.notify();
    scope.cancel();
    lease[Symbol.dispose]();
    await notified;

    expect(log).toEqual(["notified one"]);
    expect(scope.cancelledCaught).toBe(false);
  });

  it("is waited for, lock and all, by who leaves the scope that it was left behind in", mayLeak, async () => {
    skipExplored("which of two scopes that have ended tells of it first is what the seed chooses");
    const condition = new Condition();
    const log: string[] = [];
    const lease = await condition.acquire();
    let outcome: Promise<unknown> | undefined;
    const leaving = new CancelScope().run(() => {
      outcome = condition.wait().catch((error: unknown) => log.push((error as Error).name));
    });
    const between = await condition.acquire();
    void leaving.then(() => log.push("left"));

    await turns(3);
    log.push("gives back");
    between[Symbol.dispose]();
    await Promise.all([leaving, outcome]);

    expect(log).toEqual(["gives back", "AbortError", "left"]);
    lease[Symbol.dispose]();
    expect(condition.locked).toBe(false);
  });

  it("causes no unhandled rejection where nobody awaits it", mayLeak, async () => {
    const condition = new Condition();
    const lease = await condition.acquire();

    const unhandled = await unhandledRejectionsOf(() =>
      new CancelScope().run(async (scope) => {
        void condition.wait();
        const second = await condition.acquire();
        void condition.waitFor(() => false);
        scope.cancel();
        void condition.wait();
        void condition.waitFor(() => true);
        await turns(2);
        lease[Symbol.dispose]();
        second[Symbol.dispose]();
      }),
    );

    expect(unhandled).toEqual([]);
    expect(condition.locked).toBe(false);
  });

  it("says in debug mode that a wait was left behind", mayLeak, async () => {
    const condition = new Condition();

    await run(
      async () => {
        using _ = await condition.acquire();
        await new CancelScope().run(() => void condition.wait());
      },
      { debug: true, signals: [] },
    );

    expect(await takeWarnings()).toMatchObject([
      { code: "ANYIO_FLOATING", message: expect.stringContaining("condition.wait()") },
    ]);
    expect(condition.locked).toBe(false);
  });
});

describe("Condition, whose lease was disposed of while it waited,", () => {
  it("rejects when it is notified, and leaves the lock to others", async () => {
    const condition = new Condition();
    const lease = await condition.acquire();
    const waiting = caught(condition.wait(), InvalidStateError);

    lease[Symbol.dispose]();
    await condition.run(() => condition.notify());

    expect((await waiting).message).toContain("the lease was disposed of while condition.wait() had lent it out");
    expect(condition.locked).toBe(false);
    await condition.run(() => undefined);
  });

  it("rejects when it was in line for the lock already, and leaves it to others", async () => {
    const condition = new Condition();
    const lease = await condition.acquire();
    const waiting = caught(condition.wait(), InvalidStateError);
    const other = await condition.acquire();
    const next = condition.acquire();

    condition.notify();
    lease[Symbol.dispose]();
    other[Symbol.dispose]();

    (await next)[Symbol.dispose]();
    await waiting;
    expect(condition.locked).toBe(false);
  });

  it("is cancelled as ever", async () => {
    const condition = new Condition();
    const scope = new CancelScope();
    const lease = await condition.acquire();
    const waiting = scope.run(() => condition.wait());

    lease[Symbol.dispose]();
    scope.cancel();
    await waiting;

    expect([scope.cancelledCaught, condition.locked]).toEqual([true, false]);
  });
});

describe("Condition.waitFor", () => {
  it("asks now and after every notification, and resolves to what the predicate returned", async () => {
    const condition = new Condition();
    const asked: number[] = [];
    let value = 0;
    const waiting = condition.run(() =>
      condition.waitFor(() => {
        asked.push(value);
        return value > 1 && `value ${value}`;
      }),
    );
    await turns(1);

    for (let i = 1; i <= 3; i++) {
      await condition.run(() => {
        value = i;
        condition.notify();
      });
      await turns(1);
    }

    expect(await waiting).toBe("value 2");
    expect(asked).toEqual([0, 1, 2]);
  });

  it("does not wait where the predicate holds", async () => {
    const condition = new Condition();

    expect(await condition.run(() => condition.waitFor(() => 42))).toBe(42);
  });

  it("keeps the lock, and rejects with the very error, when the predicate fails", async () => {
    const condition = new Condition();
    const failure = new RangeError("failure");
    const lease = await condition.acquire();

    const error = await errorOf(
      condition.waitFor(() => {
        throw failure;
      }),
    );

    expect(error).toBe(failure);
    expect(condition.locked).toBe(true);
    lease[Symbol.dispose]();
  });

  it("refuses what is no predicate, before anything else", async () => {
    await expect(new Condition().waitFor(true as never)).rejects.toThrow(
      new TypeError("predicate must be a function, not true"),
    );
  });

  it("takes no asynchronous predicate, which would hold always", async () => {
    const condition = new Condition();

    const error = await condition.run(() =>
      caught(
        condition.waitFor(async () => false),
        TypeError,
      ),
    );

    expect(error.message).toContain("asynchronous");
  });
});

/** A condition that so many wait for; each notes its number when it was woken and has the lock. */
async function waiters(count: number): Promise<{ condition: Condition; log: unknown[]; done: Promise<unknown> }> {
  const condition = new Condition();
  const log: unknown[] = [];
  const all: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    const lease: Lease = await condition.acquire();
    all.push(
      condition.wait().then(() => {
        log.push(i);
        return lease[Symbol.dispose]();
      }),
    );
  }
  return { condition, log, done: Promise.all(all) };
}
