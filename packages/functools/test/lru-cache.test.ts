import { describe, expect, it } from "vitest";
import { CancelScope, InvalidStateError, moveOnAfter, sleep, sleepForever, waitAllTasksBlocked } from "@anyio/core";
import { checkpoint, currentScope } from "@anyio/core/lowlevel";
import { cache, lruCache } from "@anyio/functools";
import { Event } from "@anyio/sync";
import { gather, race, type TaskHandle, withTaskGroup } from "@anyio/task-groups";
import { caught, errorOf } from "#support/caught";
import { skipExplored } from "#support/explored";
import { turns } from "#support/turn";
import { unhandledRejectionsOf } from "#support/unhandled";
import { virtually } from "#support/virtual-clock";
import { mayLeak } from "#support/may-leak";

describe("lruCache", () => {
  it("computes once for each key", async () => {
    const calls: unknown[] = [];
    const load = lruCache(async (id: number, name: string) => {
      calls.push([id, name]);
      return `${id} ${name}`;
    });

    expect([await load(1, "a"), await load(1, "b"), await load(1, "a")]).toEqual(["1 a", "1 b", "1 a"]);
    expect(calls).toEqual([
      [1, "a"],
      [1, "b"],
    ]);
    expect(load.cacheInfo()).toEqual({ hits: 1, misses: 2, maxSize: 128, currentSize: 2, ttl: null });
  });

  it("tells arguments apart as a Map does, and by their number", async () => {
    const object = {};
    const lists = [
      [],
      [undefined],
      [undefined, undefined],
      [NaN],
      [0],
      ["0"],
      [null],
      [object],
      [{}],
      ["a", "b"],
      ["a,b"],
    ];
    const load = lruCache(async (...args: unknown[]) => args, { maxSize: null });

    for (const list of lists) await load(...list);
    expect(load.cacheInfo().misses).toBe(lists.length);

    for (const list of [...lists.filter((list) => list !== lists[8]), [-0]]) await load(...list);
    expect(load.cacheInfo()).toMatchObject({ misses: lists.length, hits: lists.length });
  });

  it("takes a key of one's own", async () => {
    const load = lruCache(async (user: { id: number }, _options?: object) => user, { key: (user) => user.id });
    const ada = { id: 7 };

    await load(ada, {});

    expect(await load({ id: 7 })).toBe(ada);
    expect(load.cacheInfo()).toMatchObject({ hits: 1, misses: 1 });
  });

  it("rejects with what the key throws", async () => {
    const failure = new Error("no key");
    const load = lruCache(async () => 1, {
      key: () => {
        throw failure;
      },
    });

    expect(await errorOf(load())).toBe(failure);
  });

  it("drops what was used longest ago", async () => {
    const calls: number[] = [];
    const load = lruCache(async (n: number) => void calls.push(n), { maxSize: 2 });

    for (const n of [1, 2, 1, 3, 1, 2]) await load(n);

    expect(calls).toEqual([1, 2, 3, 2]);
    expect(load.cacheInfo().currentSize).toBe(2);
  });

  it("keeps nothing with a size of 0, and shares all the same", async () => {
    const load = lruCache(async (n: number) => sleep(1).then(() => n), { maxSize: 0 });

    expect(await gather([() => load(1), () => load(1)])).toEqual([1, 1]);
    await load(1);

    expect(load.cacheInfo()).toEqual({ hits: 1, misses: 2, maxSize: 0, currentSize: 0, ttl: null });
  });

  it("keeps everything without a limit", async () => {
    for (const maxSize of [null, Infinity]) {
      const load = lruCache(async (n: number) => n, { maxSize });
      for (let n = 0; n < 1000; n++) await load(n);

      expect(load.cacheInfo()).toMatchObject({ maxSize: null, currentSize: 1000 });
    }
  });

  it("forgets when the time is up, on the clock of the run", async () => {
    await virtually(async (clock) => {
      const load = lruCache(async (n: number) => n, { ttl: 100 });
      await load(1);
      await clock.advance(99);
      await load(1);
      expect(load.cacheInfo()).toMatchObject({ hits: 1, misses: 1, currentSize: 1, ttl: 100 });

      await clock.advance(1);
      await load(1);

      expect(load.cacheInfo()).toMatchObject({ hits: 1, misses: 2, currentSize: 1 });
    });
  });

  it("counts the time from the coming of the result", async () => {
    await virtually(async (clock) => {
      const load = lruCache((n: number) => sleep(1000).then(() => n), { ttl: 100 });
      await withTaskGroup(async (tg) => {
        tg.startSoon(() => load(1));
        await clock.advance(1000);
      });
      await clock.advance(99);

      await load(1);

      expect(load.cacheInfo()).toMatchObject({ hits: 1, misses: 1 });
    });
  });

  it("clears", async () => {
    const load = lruCache(async (n: number) => n);
    for (const n of [1, 2, 1]) await load(n);

    load.cacheClear();

    expect(load.cacheInfo()).toEqual({ hits: 0, misses: 0, maxSize: 128, currentSize: 0, ttl: null });
    await load(1);
    expect(load.cacheInfo().misses).toBe(1);
  });

  it("does not keep what was being computed as it was cleared, but gives it to those who wait", async () => {
    const gates = [new Event(), new Event()];
    let calls = 0;
    const load = lruCache(async (_n: number) => {
      const call = calls++;
      await gates[call]?.wait();
      return call;
    });

    await withTaskGroup(async (tg) => {
      const old = [tg.startSoon(() => load(1)), tg.startSoon(() => load(1))];
      await waitAllTasksBlocked();
      load.cacheClear();
      const young = tg.startSoon(() => load(1));
      await waitAllTasksBlocked();
      for (const gate of gates.toReversed()) gate.set();
      expect(await Promise.all(old.map((handle) => handle.result()))).toEqual([0, 0]);
      expect(await young.result()).toBe(1);
    });

    expect(await load(1)).toBe(1);
    expect(load.cacheInfo().currentSize).toBe(1);
  });

  it("passes this on", async () => {
    const load = lruCache(async function (this: { name: string }, greeting: string) {
      return `${greeting}, ${this.name}`;
    });

    expect(await load.call({ name: "Ada" }, "hello")).toBe("hello, Ada");
    expect(await Object.assign({ name: "Eve" }, { load }).load("good night")).toBe("good night, Eve");
  });

  it("is called like the function", () => {
    async function load(_a: number, _b: number): Promise<void> {}

    const { name, length } = lruCache(load);

    expect([name, length]).toEqual(["load", 2]);
  });

  it("takes its options first", async () => {
    const load = lruCache({ maxSize: 1 })(async (n: number) => n);
    const other = lruCache()(async (n: number) => n);

    expect([await load(1), await other(2)]).toEqual([1, 2]);
    expect([load.cacheInfo().maxSize, other.cacheInfo().maxSize]).toEqual([1, 128]);
  });

  it("refuses other arguments at once", () => {
    const fn = async (): Promise<void> => {};

    for (const maxSize of [-1, 1.5, NaN]) expect(() => lruCache(fn, { maxSize })).toThrow(RangeError);
    for (const ttl of [-1, NaN]) expect(() => lruCache(fn, { ttl })).toThrow(RangeError);
    expect(() => lruCache(fn, { maxSize: "9" as never })).toThrow(TypeError);
    expect(() => lruCache(fn, { ttl: "9" as never })).toThrow(TypeError);
    expect(() => lruCache(fn, { key: "id" as never })).toThrow(TypeError);
    for (const it of [null, 7, "fn"]) expect(() => lruCache(it as never)).toThrow(TypeError);
    expect(() => lruCache({})(undefined as never)).toThrow(TypeError);
    expect(() => lruCache({ maxSize: -1 })).toThrow(RangeError);
  });

  it("keeps no more than it may in long use", async () => {
    const load = lruCache(async (n: number) => n, { maxSize: 1000 });

    for (let i = 0; i < 20_000; i++) await load((i * 7919) % 1500);

    expect(load.cacheInfo().currentSize).toBe(1000);
  });
});

describe("callers at the same time", () => {
  it("share one computation", async () => {
    let calls = 0;
    const load = lruCache(async (n: number) => {
      calls++;
      await sleep(1);
      return { n };
    });

    const results = await gather([1, 2, 3, 4].map(() => () => load(1)));

    expect(calls).toBe(1);
    expect(new Set(results).size).toBe(1);
    expect(load.cacheInfo()).toMatchObject({ hits: 3, misses: 1 });
  });

  it("do not hold up those with another key", async () => {
    const gate = new Event();
    const load = lruCache(async (n: number) => (n === 1 ? gate.wait().then(() => n) : n));

    await withTaskGroup(async (tg) => {
      tg.startSoon(() => load(1));
      await waitAllTasksBlocked();
      expect(await load(2)).toBe(2);
      gate.set();
    });
  });

  it("share its error, which is not kept", async () => {
    const failure = new Error("failure");
    let calls = 0;
    const load = lruCache(async (n: number) => {
      await sleep(1);
      if (calls++ === 0) throw failure;
      return n;
    });

    const errors = await Promise.all([1, 2, 3].map(() => errorOf(load(7))));

    expect(errors).toEqual([failure, failure, failure]);
    expect(load.cacheInfo()).toMatchObject({ hits: 0, misses: 1, currentSize: 0 });
    expect(await load(7)).toBe(7);
  });

  it("share an error that is thrown before there is a promise", async () => {
    const failure = new Error("failure");
    const load = lruCache((): Promise<number> => {
      throw failure;
    });

    expect(await errorOf(load())).toBe(failure);
  });

  it("go on when the one who computes is cancelled: the next computes anew", async () => {
    const events: string[] = [];
    const gate = new Event();
    const load = lruCache(async (n: number) => {
      events.push("begins");
      try {
        await gate.wait();
      } catch (error) {
        events.push("is cancelled");
        throw error;
      }
      return n;
    });

    await withTaskGroup(async (tg) => {
      const first = tg.startSoon(() => load(7));
      await waitAllTasksBlocked();
      const [second, third] = [2, 3].map(() => tg.startSoon(() => load(7)));
      await waitAllTasksBlocked();
      first.cancel();
      await waitAllTasksBlocked();
      gate.set();
      expect(await second?.result()).toBe(7);
      expect(await third?.result()).toBe(7);
      expect(first.status).toBe("cancelled");
    });

    expect(events).toEqual(["begins", "is cancelled", "begins"]);
    expect(load.cacheInfo()).toMatchObject({ hits: 1, misses: 2, currentSize: 1 });
  });

  it("go on when several are cancelled at once, in the order of their calls", async () => {
    const events: number[] = [];
    const gate = new Event();
    const load = lruCache({ key: () => 0 })(async (n: number) => {
      events.push(n);
      await gate.wait();
      return n;
    });

    await withTaskGroup(async (tg) => {
      const handles: TaskHandle<number>[] = [];
      for (let n = 0; n < 5; n++) {
        handles.push(tg.startSoon(() => load(n)));
        await waitAllTasksBlocked();
      }
      for (const n of [0, 1, 3]) handles[n]?.cancel();
      await waitAllTasksBlocked();
      gate.set();
      expect(await handles[2]?.result()).toBe(2);
      expect(await handles[4]?.result()).toBe(2);
    });

    expect(events).toEqual([0, 2]);
  });

  it("leave nothing behind when all are cancelled", async () => {
    const load = lruCache(async (_n: number) => sleepForever());

    await moveOnAfter(5, () => gather([() => load(1), () => load(1)]));

    const replaced = lruCache(async (n: number) => n);
    expect(load.cacheInfo()).toMatchObject({ misses: 1, currentSize: 0 });
    expect(await replaced(1)).toBe(1);
    await moveOnAfter(5, () => load(1));
    expect(load.cacheInfo().misses).toBe(2);
  });

  it("go on when the scope of the one who computes is left", mayLeak, async () => {
    const gate = new Event();
    let calls = 0;
    const load = lruCache(async (n: number) => {
      if (calls++ === 0) await sleepForever();
      await gate.wait();
      return n;
    });

    await withTaskGroup(async (tg) => {
      await new CancelScope().run(async () => {
        void load(1);
        await turns(1);
      });
      const second = tg.startSoon(() => load(1));
      await waitAllTasksBlocked();
      gate.set();
      expect(await second.result()).toBe(1);
    });

    expect(calls).toBe(2);
  });

  it("get what is left of an error of a cancelled computation", async () => {
    const failure = new Error("the cleanup failed");
    const load = lruCache(async () => {
      try {
        return await sleepForever();
      } finally {
        throw failure;
      }
    });

    await withTaskGroup(async (tg) => {
      const scope = new CancelScope();
      const first = tg.startSoon(() => errorOf(scope.run(() => load())));
      await waitAllTasksBlocked();
      const second = tg.startSoon(() => errorOf(load()));
      await waitAllTasksBlocked();
      scope.cancel();
      expect(await first.result()).toBe(failure);
      expect(await second.result()).toBe(failure);
    });
  });

  it("share nothing of a computation that cancels the scope it is called in: the next computes anew", async () => {
    let calls = 0;
    const load = lruCache(async () => {
      if (++calls > 1) return "computed";
      await checkpoint();
      currentScope().cancel();
      return await sleepForever();
    });

    const results = await Promise.all([load(), load()]);

    expect([...results, await load(), calls]).toEqual([undefined, "computed", "computed", 2]);
  });

  it("share a result that comes in spite of a cancellation", async () => {
    const gate = new Event();
    const load = lruCache(async (n: number) => {
      await gate.wait().catch(() => {});
      return n;
    });

    await withTaskGroup(async (tg) => {
      const first = tg.startSoon(() => load(1));
      await waitAllTasksBlocked();
      const second = tg.startSoon(() => load(1));
      await waitAllTasksBlocked();
      first.cancel();
      expect(await second.result()).toBe(1);
    });

    expect(load.cacheInfo()).toMatchObject({ misses: 1, currentSize: 1 });
  });

  it("are let go one by one by cancellation", async () => {
    const gate = new Event();
    const load = lruCache((n: number) => gate.wait().then(() => n));

    await withTaskGroup(async (tg) => {
      const first = tg.startSoon(() => load(1));
      await waitAllTasksBlocked();
      const second = tg.startSoon(() => load(1));
      await waitAllTasksBlocked();
      second.cancel();
      await waitAllTasksBlocked();
      expect(second.status).toBe("cancelled");
      gate.set();
      expect(await first.result()).toBe(1);
    });
  });

  it("make no unhandled rejection of a cancellation", mayLeak, async () => {
    const load = lruCache(async (_n: number) => sleepForever());

    const unhandled = await unhandledRejectionsOf(() =>
      moveOnAfter(5, async () => {
        void load(1);
        void load(1);
        await sleepForever();
      }),
    );

    expect(unhandled).toEqual([]);
  });
});

describe("a call", () => {
  it("is a cancellation point, also on a hit", async () => {
    let calls = 0;
    const load = lruCache(async (n: number) => {
      calls++;
      return n;
    });
    await load(1);
    const scope = new CancelScope();
    scope.cancel();
    const events: string[] = [];

    await scope.run(async () => {
      for (const n of [1, 2]) await load(n).catch((error: Error) => events.push(error.name));
    });

    expect(events).toEqual(["AbortError", "AbortError"]);
    expect(calls).toBe(1);
    expect(load.cacheInfo()).toMatchObject({ hits: 0, misses: 1 });
  });

  // What takes a few seconds in linear time takes half a minute where each call looks through all others.
  it(
    "takes time in proportion to the calls that a computation waits for",
    { ...mayLeak, timeout: 30_000 },
    async () => {
      skipExplored("so many under so many schedules take minutes");
      const count = 100_000;
      const gate = new Event();
      const part = cache(async (n: number) => gate.wait().then(() => n));
      const whole = cache(async () => (await Promise.all(Array.from({ length: count }, (_, n) => part(n)))).length);
      const parts = Promise.all(Array.from({ length: count }, (_, n) => part(n)));

      const length = whole();
      await waitAllTasksBlocked();
      gate.set();
      await parts;

      expect(await length).toBe(count);
    },
  );

  it("lets timers be on time", async () => {
    skipExplored("a loop that never waits leaves no virtual time to pass");
    const load = lruCache(async (n: number) => n);
    const scope = await moveOnAfter(20, async () => {
      for (;;) await load(1);
    });

    expect(scope).toBeUndefined();
  });
});

describe("recursion", () => {
  it("with another key is fine", async () => {
    const fibonacci = cache(async (n: number): Promise<bigint> => {
      if (n < 2) return BigInt(n);
      const [a, b] = await gather([() => fibonacci(n - 1), () => fibonacci(n - 2)]);
      return a + b;
    });

    expect(await fibonacci(90)).toBe(2880067194370816120n);
  });

  it("with the same key is an InvalidStateError", async () => {
    const load: (n: number) => Promise<number> = lruCache(async (n: number) => load(n));

    await caught(load(1), InvalidStateError);
  });

  it("is found through other cached functions", async () => {
    const odd: (n: number) => Promise<number> = cache(async (n: number) => even(n));
    const even: (n: number) => Promise<number> = cache(async (n: number) => odd(n));

    await caught(odd(1), InvalidStateError);
  });

  it.each<[string, (call: () => Promise<number>) => Promise<unknown>]>([
    ["a branch of Promise.all", (call) => Promise.all([sleep(1), call()])],
    ["a scope", (call) => new CancelScope().run(call)],
    ["a task", (call) => withTaskGroup((tg) => void tg.startSoon(call))],
    ["a task's task", (call) => gather([() => race([sleepForever, call])])],
    ["what comes after waiting", (call) => sleep(1).then(call)],
  ])("is found in %s", mayLeak, async (_, wrap) => {
    const load: (n: number) => Promise<number> = lruCache(async (n: number) => {
      await wrap(() => load(n));
      return n;
    });

    await caught(load(1), InvalidStateError);
  });

  it("is found where two calls would wait for each other", async () => {
    const load: (n: number) => Promise<number> = cache(async (n: number) => {
      await sleep(1);
      return load(n === 1 ? 2 : 1);
    });

    const errors = await Promise.all([errorOf(load(1)), errorOf(load(2))]);

    expect(errors[0]).toBeInstanceOf(InvalidStateError);
    expect(errors[1]).toBe(errors[0]);
  });

  it("is found in a task that outlives the call that started it", async () => {
    const outer: () => Promise<void> = cache(async () => {
      await withTaskGroup((tg) => start(tg.startSoon.bind(tg)));
    });
    const start = cache(async (startSoon: (fn: () => Promise<void>) => unknown) => {
      startSoon(() => sleep(1).then(outer));
    });

    await caught(outer(), InvalidStateError);
  });

  it("is none where the computation has ended", async () => {
    let later = Promise.resolve(0);
    const load: (n: number) => Promise<number> = lruCache(async (n: number) => {
      later = Promise.resolve().then(async () => {
        await turns(3);
        return load(n);
      });
      return n;
    });

    await load(1);

    expect(await later).toBe(1);
  });

  it("is none where it is caught and something else is computed", async () => {
    const load: (n: number) => Promise<number> = lruCache(async (n: number) => load(n).catch(() => -n));

    expect(await load(1)).toBe(-1);
    expect(await load(1)).toBe(-1);
  });
});
