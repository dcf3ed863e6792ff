import { CancelScope, dumpTasks, InvalidStateError, run, waitAllTasksBlocked, WouldBlockError } from "@anyio/core";
import { Event, Semaphore } from "@anyio/sync";
import { amap, withTaskGroup } from "@anyio/task-groups";
import { describe, expect, it } from "vitest";
import { skipExplored } from "#support/explored";
import { turns } from "#support/turn";
import { resumptionsOf } from "./support/resumptions.js";

describe("Semaphore", () => {
  it("lets in as many as it has permits, and the next when one leaves", async () => {
    skipExplored("those who are woken go on in an order that the seed chooses");
    const semaphore = new Semaphore(2);
    const log: string[] = [];
    const visit = (name: string) =>
      semaphore.run(async () => {
        log.push(`${name} in`);
        await waitAllTasksBlocked();
        log.push(`${name} out`);
      });

    await Promise.all(["a", "b", "c"].map(visit));

    expect(log).toEqual(["a in", "b in", "a out", "c in", "b out", "c out"]);
  });

  it("never lets in more", async () => {
    const semaphore = new Semaphore(3);
    let inside = 0;

    const seen = await amap(
      (i) =>
        semaphore.run(async () => {
          const now = ++inside;
          await turns(1 + (i % 3));
          inside--;
          return now;
        }),
      Array.from({ length: 50 }, (_, i) => i),
    );

    expect([Math.max(...seen), inside, semaphore.value]).toEqual([3, 0, 3]);
  });

  it("counts its permits", async () => {
    const semaphore = new Semaphore(2);
    const values = [semaphore.value];

    const first = await semaphore.acquire();
    values.push(semaphore.value);
    const second = semaphore.acquireNowait();
    values.push(semaphore.value);
    expect(() => semaphore.acquireNowait()).toThrow(WouldBlockError);
    first[Symbol.dispose]();
    second[Symbol.dispose]();
    values.push(semaphore.value);

    expect(values).toEqual([2, 1, 0, 2]);
  });

  it("may begin with none, for others to add them", async () => {
    skipExplored("those who are woken go on in an order that the seed chooses");
    const semaphore = new Semaphore(0);
    const log: string[] = [];
    const waiting = [1, 2, 3].map((i) => semaphore.acquire().then(() => log.push(`${i}`)));

    semaphore.release();
    semaphore.release();
    await Promise.all(waiting.slice(0, 2));
    expect(log).toEqual(["1", "2"]);
    semaphore.release();
    await Promise.all(waiting);
    semaphore.release();

    expect(log).toEqual(["1", "2", "3"]);
    expect(semaphore.value).toBe(1);
  });

  it("takes more permits than it began with, where there is no limit", () => {
    const semaphore = new Semaphore(1);

    semaphore.release();

    expect(semaphore.value).toBe(2);
  });

  it("takes no more permits than its limit", async () => {
    const semaphore = new Semaphore(1, { maxValue: 2 });

    semaphore.release();
    expect(() => semaphore.release()).toThrow(InvalidStateError);
    expect(() => semaphore.release()).toThrow("2 permits");
    expect(semaphore.value).toBe(2);

    await semaphore.acquire();
    semaphore.release();
    expect(() => semaphore.release()).toThrow(InvalidStateError);
  });

  it("has a permit back once, by its lease or by release()", async () => {
    const semaphore = new Semaphore(1);
    const lease = await semaphore.acquire();

    semaphore.release();
    lease[Symbol.dispose]();

    expect(semaphore.value).toBe(1);
  });

  it("loses no permit where some use leases and others release()", async () => {
    const semaphore = new Semaphore(2);
    const first = await semaphore.acquire();
    await semaphore.acquire();

    // The second user's.
    semaphore.release();
    first[Symbol.dispose]();

    expect(semaphore.value).toBe(2);
  });

  it("doubles no permit where several give back what they have given back", async () => {
    const semaphore = new Semaphore(2);
    const leases = [await semaphore.acquire(), await semaphore.acquire()];

    semaphore.release();
    semaphore.release();
    for (const lease of leases) lease[Symbol.dispose]();

    expect(semaphore.value).toBe(2);
  });

  it("hands over to as many as leave in one tick", async () => {
    const semaphore = new Semaphore(2);
    const leases = [await semaphore.acquire(), await semaphore.acquire()];
    const scope = new CancelScope();
    const cancelled = scope.run(() => semaphore.acquire());
    const waiting = [semaphore.acquire(), semaphore.acquire()];

    leases[0]?.[Symbol.dispose]();
    scope.cancel();
    leases[1]?.[Symbol.dispose]();
    const [first, second] = [await cancelled, await waiting[0]];
    expect(semaphore.statistics()).toEqual({ tasksWaiting: 1 });
    first?.[Symbol.dispose]();
    (await waiting[1])?.[Symbol.dispose]();
    second?.[Symbol.dispose]();

    expect(semaphore.value).toBe(2);
  });

  it("tells how many wait", async () => {
    const semaphore = new Semaphore(0);
    const waiting = [semaphore.acquire(), semaphore.acquire()];
    const before = semaphore.statistics();

    semaphore.release();
    semaphore.release();
    await Promise.all(waiting);

    expect([before, semaphore.statistics()]).toEqual([{ tasksWaiting: 2 }, { tasksWaiting: 0 }]);
  });

  it("says in a task dump who holds its permits, the first few by name", async () => {
    const semaphore = new Semaphore(5);
    let dump = "";

    await withTaskGroup(async (tg) => {
      const over = new Event();
      for (let i = 1; i <= 5; i++) {
        tg.startSoon(() => semaphore.run(() => over.wait()), { name: `holder ${i}` });
        await waitAllTasksBlocked();
      }
      tg.startSoon(() => semaphore.run(() => undefined), { name: "who waits" });
      await waitAllTasksBlocked();
      dump = dumpTasks();
      over.set();
    });

    expect(dump).toMatch(
      /who waits #\d+, .*waiting for a semaphore held by "holder 1" #\d+, "holder 2" #\d+, "holder 3" #\d+ and 2 more/,
    );
  });

  it("says in a task dump that nobody holds it where there are no permits", async () => {
    const semaphore = new Semaphore(0);
    let dump = "";

    await new CancelScope().run(async (scope) => {
      void run(() => semaphore.acquire(), { name: "who waits" });
      await waitAllTasksBlocked();
      dump = dumpTasks();
      scope.cancel();
    });

    expect(dump).toMatch(/who waits #\d+, .*waiting for a semaphore that nobody holds/);
  });

  it.each([-1, 1.5, Number.NaN, Infinity])("does not begin with %s", (initial) => {
    expect(() => new Semaphore(initial)).toThrow(RangeError);
    expect(() => new Semaphore(initial)).toThrow(`initial must be a non-negative integer, not ${initial}`);
  });

  it.each([true, null, undefined, 1n])("does not begin with %o, which is no number", (initial) => {
    expect(() => new Semaphore(initial as unknown as number)).toThrow(TypeError);
    expect(() => new Semaphore(initial as unknown as number)).toThrow(`initial must be a number, not ${initial}`);
  });

  it.each([-1, 1.5, Number.NaN, 2])("has no limit of %s where it begins with 3", (maxValue) => {
    expect(() => new Semaphore(3, { maxValue })).toThrow(RangeError);
    expect(() => new Semaphore(3, { maxValue })).toThrow("maxValue");
  });

  it("has a limit that is a number", () => {
    expect(() => new Semaphore(3, { maxValue: "4" as unknown as number })).toThrow(TypeError);
  });

  it("serves 10,000 who wait with as many resumptions each as 2,500", async () => {
    skipExplored("it has a scheduler of its own");
    const visit = async (size: number) => {
      const semaphore = new Semaphore(0);
      const all = Array.from({ length: size }, () => semaphore.acquire());
      for (let i = 0; i < 10; i++) semaphore.release();
      for (const next of all) (await next)[Symbol.dispose]();
    };

    const [small, large] = [await resumptionsOf(() => visit(2_500)), await resumptionsOf(() => visit(10_000))];

    expect(large - small).toBe(7_500);
  });
});
