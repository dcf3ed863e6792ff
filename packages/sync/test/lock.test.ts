import { CancelScope, dumpTasks, getRunningTasks, InvalidStateError, run, waitAllTasksBlocked } from "@anyio/core";
import { Event, type Lease, Lock } from "@anyio/sync";
import { withTaskGroup } from "@anyio/task-groups";
import { describe, expect, it } from "vitest";
import { skipExplored } from "#support/explored";
import { outside } from "#support/outside";
import { unhandledRejectionsOf } from "#support/unhandled";
import { resumptionsOf } from "./support/resumptions.js";

describe("Lock", () => {
  it("is held until the end of the block that uses its lease", async () => {
    const lock = new Lock();
    const states: boolean[] = [];

    {
      using _ = await lock.acquire();
      states.push(lock.locked);
    }
    states.push(lock.locked);

    expect(states).toEqual([true, false]);
  });

  it("is given back by a block that fails", async () => {
    const lock = new Lock();

    const failing = (async () => {
      using _ = await lock.acquire();
      throw new RangeError("failure");
    })();

    await expect(failing).rejects.toThrow(RangeError);
    expect(lock.locked).toBe(false);
  });

  it("goes round where each wants it again", async () => {
    const lock = new Lock();
    const log: string[] = [];
    const visit = async (name: string) => {
      for (let i = 0; i < 3; i++) {
        using _ = await lock.acquire();
        log.push(name);
        await waitAllTasksBlocked();
      }
    };

    await withTaskGroup((tg) => {
      for (const name of ["a", "b", "c"]) tg.startSoon(() => visit(name));
    });

    // The tasks begin in any order.
    const round = log.slice(0, 3);
    expect(round.toSorted()).toEqual(["a", "b", "c"]);
    expect(log).toEqual([...round, ...round, ...round]);
  });

  it("cannot be released when nobody has it", () => {
    expect(() => new Lock().release()).toThrow(InvalidStateError);
    expect(() => new Lock().release()).toThrow("the lock is not held; acquire it before you release it");
  });

  it("tells who has it and how many wait", async () => {
    const lock = new Lock();
    const free = lock.statistics();

    await run(
      async () => {
        const lease = await lock.acquire();
        const waiting = [lock.acquire(), lock.acquire()];
        const held = lock.statistics();
        lease[Symbol.dispose]();
        for (const next of waiting) (await next)[Symbol.dispose]();

        expect(held).toEqual({ locked: true, owner: expect.objectContaining({ name: "owner" }), tasksWaiting: 2 });
      },
      { name: "owner", signals: [] },
    );

    expect(free).toEqual({ locked: false, owner: null, tasksWaiting: 0 });
    expect(lock.statistics()).toEqual(free);
  });

  it("belongs to the task that waited for it, from the moment of the hand-over", async () => {
    const lock = new Lock();
    const lease = await lock.acquire();
    const waiting = run(() => lock.acquire(), { name: "next", signals: [] });

    lease[Symbol.dispose]();
    const owner = lock.statistics().owner?.name;

    (await waiting)[Symbol.dispose]();
    expect(owner).toBe("next");
  });

  it("gives snapshots", async () => {
    const lock = new Lock();
    const lease = await outside(() => lock.acquire());

    const statistics = lock.statistics();
    lease[Symbol.dispose]();

    expect([statistics.locked, statistics.owner?.name]).toEqual([true, "root"]);
  });

  it("says in a task dump who holds what each task waits for", async () => {
    const lock = new Lock();
    let dump = "";

    await withTaskGroup(async (tg) => {
      const over = new Event();
      tg.startSoon(() => lock.run(() => over.wait()), { name: "writer" });
      await waitAllTasksBlocked();
      tg.startSoon(() => lock.run(() => undefined), { name: "reader" });
      await waitAllTasksBlocked();
      dump = dumpTasks();
      over.set();
    });

    expect(dump).toMatch(/reader #\d+, .*waiting for a lock held by "writer" #\d+/);
  });

  it("tells of a waiting task who holds the lock", async () => {
    const lock = new Lock();
    const lease = await outside(() => lock.acquire());
    let waitingFor: string | null | undefined;

    await withTaskGroup(async (tg) => {
      tg.startSoon(() => lock.acquire(), { name: "who waits" });
      await waitAllTasksBlocked();
      waitingFor = getRunningTasks().find(({ name }) => name === "who waits")?.waitingFor;
      tg.cancel();
    });

    lease[Symbol.dispose]();
    expect(waitingFor).toBe('a lock held by "root" #0');
  });

  it("causes no unhandled rejection when what nobody awaits is cancelled", async () => {
    const lock = new Lock();
    const lease = await lock.acquire();

    const unhandled = await unhandledRejectionsOf(() =>
      new CancelScope().run((scope) => {
        void lock.acquire();
        void lock.run(() => undefined);
        scope.cancel();
        void lock.acquire();
        void lock.run(() => undefined);
      }),
    );

    lease[Symbol.dispose]();
    expect(unhandled).toEqual([]);
  });

  it("serves 10,000 who wait with as many resumptions each as 2,500", async () => {
    skipExplored("it has a scheduler of its own");
    const visit = async (size: number) => {
      const lock = new Lock();
      const lease = await lock.acquire();
      const all = Array.from({ length: size }, () => lock.acquire());
      lease[Symbol.dispose]();
      for (const next of all) (await next)[Symbol.dispose]();
    };

    const [small, large] = [await resumptionsOf(() => visit(2_500)), await resumptionsOf(() => visit(10_000))];

    expect(large - small).toBe(7_500);
  });

  it("can be released by name, by lease, or by both", async () => {
    const lock = new Lock();
    const leases: Lease[] = [];

    for (let i = 0; i < 3; i++) {
      const lease = await lock.acquire();
      leases.push(lease);
      if (i % 2 === 0) lock.release();
      lease[Symbol.dispose]();
    }
    for (const lease of leases) lease[Symbol.dispose]();

    expect(lock.locked).toBe(false);
  });
});
