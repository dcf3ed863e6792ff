import { describe, expect, it } from "vitest";
import {
  CancelledError,
  CancelScope,
  currentTime,
  failAfter,
  getCurrentTask,
  moveOnAfter,
  sleep,
  sleepForever,
  TimeoutError,
} from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import { CapacityLimiter, Lock, Semaphore } from "@anyio/sync";
import { createMemoryObjectStream } from "@anyio/streams";
import { amap, gather, withTaskGroup } from "@anyio/task-groups";
import { DeadlockError, explore, ExploreError } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { turns } from "#support/turn";

/** The order in which the tasks of a small program go on, one line for each schedule. */
async function ordersOf(seeds: number | number[]): Promise<string[]> {
  const orders: string[] = [];
  await explore(
    async () => {
      let order = "";
      await gather(
        ["a", "b", "c"].map((name) => async () => {
          for (let i = 0; i < 3; i++) {
            order += name;
            await checkpoint();
          }
          await sleep(10);
          order += name.toUpperCase();
        }),
      );
      orders.push(order);
    },
    { seeds },
  );
  return orders;
}

describe("explore", () => {
  it("runs the body once under each of many schedules, which differ", async () => {
    const orders = await ordersOf(100);

    expect(orders).toHaveLength(100);
    expect(new Set(orders).size).toBeGreaterThan(60);
    expect(new Set(orders.map((order) => order.split("").toSorted().join("")))).toEqual(new Set(["ABCaaabbbccc"]));
  });

  it("gives the same schedule to the same seed, whatever has run before", async () => {
    const [first, second, third] = await ordersOf(3);
    await explore(() => gather(Array.from({ length: 100 }, () => () => sleep(1))), { seeds: 10 });
    await turns(7);

    expect(await ordersOf([2, 1, 0])).toEqual([third, second, first]);
    expect(await ordersOf([1, 1])).toEqual([second, second]);
  });

  it("gives the same schedule to the same seed on every runtime", async () => {
    // Others are right too, where the kernel lets tasks go on more or less often than it did.
    expect(await ordersOf([0, 1, 2])).toEqual(["cbcacbaabABC", "baaabbcccCAB", "cbccbbaaaBAC"]);
  });

  it("gives the same schedules while others are explored beside it", async () => {
    const alone = await ordersOf(20);

    const [one, other] = await Promise.all([ordersOf(20), ordersOf(20)]);

    expect(one).toEqual(alone);
    expect(other).toEqual(alone);
  });

  it("varies the order in which tasks begin, and in which those go on whose time has come at once", async () => {
    const [begun, gone] = [new Set<string>(), new Set<string>()];
    await explore(
      async () => {
        let [beginning, going] = ["", ""];
        await gather(
          ["a", "b", "c"].map((name) => async () => {
            beginning += name;
            await sleep(10);
            going += name;
          }),
        );
        begun.add(beginning);
        gone.add(going);
      },
      { seeds: 100 },
    );

    expect([begun.size, gone.size]).toEqual([6, 6]);
  });

  it("keeps what is promised to be first in, first out", async () => {
    await explore(
      async () => {
        const lock = new Lock();
        const [send, receive] = createMemoryObjectStream<number>(2);
        const lease = await lock.acquire();
        const served: number[] = [];
        const all = Promise.all([0, 1, 2, 3].map((i) => lock.run(() => void served.push(i))));
        const [, items] = await gather([
          async () => {
            for (let i = 0; i < 10; i++) await send.send(i);
            send.close();
          },
          async () => {
            const items: number[] = [];
            for await (const item of receive) items.push(item);
            return items;
          },
        ]);
        lease[Symbol.dispose]();
        await all;

        expect(served).toEqual([0, 1, 2, 3]);
        expect(items).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      },
      { seeds: 50 },
    );
  });

  it("costs no time for sleeping, and little for each schedule", async () => {
    const began = performance.now();

    await explore(
      async () => {
        const limiter = new CapacityLimiter(2);
        await amap((ms) => limiter.run(() => sleep(ms)), [60_000, 50_000, 40_000, 30_000]);
      },
      { seeds: 50 },
    );

    expect(performance.now() - began).toBeLessThan(1000);
  });

  it("begins each schedule at the time 0, in a task that is named by its seed", async () => {
    const seen: [string, number][] = [];

    await explore(
      async () => {
        seen.push([getCurrentTask().name, currentTime()]);
        await sleep(100);
      },
      { seeds: [7, 3] },
    );

    expect(seen).toEqual([
      ["seed 7", 0],
      ["seed 3", 0],
    ]);
  });

  it("lets timers and I/O have their turns in a body that never waits for long", async () => {
    let fired = 0;
    const timer = setInterval(() => fired++, 1);
    await explore(
      async () => {
        for (let i = 0; i < 20_000; i++) await checkpoint();
      },
      { seeds: 1 },
    );
    clearInterval(timer);

    expect(fired).toBeGreaterThan(2);
  });

  it("lets deadlines strike under every schedule", async () => {
    await explore(
      async () => {
        await caught(
          failAfter(50, () => new Semaphore(0).acquire()),
          TimeoutError,
        );
        expect(currentTime()).toBe(50);
        await moveOnAfter(50, () => withTaskGroup((tg) => void tg.startSoon(() => sleepForever())));
        expect(currentTime()).toBe(100);
      },
      { seeds: 20 },
    );
  });
});

describe("ExploreError", () => {
  it("names the first seed that fails, its cause, and how to replay it", async () => {
    const failure = new Error("something is wrong");
    let calls = 0;
    const body = async () => {
      if (++calls === 4) throw failure;
    };

    const error = await caught(explore(body, { seeds: [10, 20, 30, 40, 50] }), ExploreError);

    expect(calls).toBe(4);
    expect(error).toMatchObject({ name: "ExploreError", code: "ERR_ANYIO_EXPLORE", seed: 40, tried: 4 });
    expect(error.cause).toBe(failure);
    expect(error.message).toMatch(
      /seed 40, after 3 that passed.*explore\(fn, \{ seeds: \[40\] \}\).*something is wrong/,
    );
  });

  it("has a deadlock as its cause, with the tasks", async () => {
    const error = await caught(
      explore(() => new Lock().run(() => sleepForever()), { seeds: 5 }),
      ExploreError,
    );

    expect(error.cause).toBeInstanceOf(DeadlockError);
    expect(error.message).toContain("sleepForever()");
  });

  it("is thrown for a body that fails at once", async () => {
    const error = await caught(
      explore(
        () => {
          throw new RangeError("at once");
        },
        { seeds: 1 },
      ),
      ExploreError,
    );

    expect(error.cause).toBeInstanceOf(RangeError);
  });

  it("is thrown for a stray cancellation, which is an ordinary error", async () => {
    const stray = await new CancelScope().run(async (scope) => {
      scope.cancel();
      return errorOf(checkpoint());
    });

    const error = await caught(
      explore(() => Promise.reject(stray as Error), { seeds: 3 }),
      ExploreError,
    );

    expect(error.cause).toBe(stray);
  });
});

describe("explore, cancelled", () => {
  it("cancels the body and waits for it", async () => {
    const events: string[] = [];
    const scope = new CancelScope();

    const exploring = scope.run(() =>
      explore(
        async () => {
          events.push("begins");
          scope.cancel();
          await sleep(1000).finally(() => events.push("ends"));
        },
        { seeds: 10 },
      ),
    );
    await exploring;

    expect(events).toEqual(["begins", "ends"]);
    expect(scope.cancelledCaught).toBe(true);
  });

  it("calls nothing in a cancelled scope", async () => {
    let calls = 0;

    const outcome = await new CancelScope().run(async (scope) => {
      scope.cancel();
      return errorOf(explore(() => void calls++, { seeds: 10 }));
    });

    expect(outcome).toBeInstanceOf(CancelledError);
    expect(calls).toBe(0);
  });
});

describe("explore, misused", () => {
  it.each([0, -1, 1.5, Number.NaN, []])("rejects seeds: %j", async (seeds) => {
    await caught(
      explore(() => {}, { seeds }),
      RangeError,
    );
  });

  it("rejects seeds that are no integers", async () => {
    const error = await caught(
      explore(() => {}, { seeds: [1, 0.5] }),
      RangeError,
    );

    expect(error.message).toContain("0.5");
  });

  it("rejects what is no function, or no seeds", async () => {
    await caught(explore(5 as unknown as () => void, { seeds: 1 }), TypeError);
    await caught(
      explore(() => {}, { seeds: "1" as unknown as number }),
      TypeError,
    );
  });
});
