import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { MessageChannel, Worker, type WorkerOptions } from "node:worker_threads";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  BrokenResourceError,
  CancelScope,
  InvalidStateError,
  sleep,
  sleepForever,
  waitAllTasksBlocked,
} from "@anyio/core";
import { type BlockingPortal, connectPortal, withBlockingPortal } from "@anyio/threads";
import { caught, errorOf } from "#support/caught";
import { skipOn } from "#support/runtimes";
import { blockList, refuseBlockLists } from "./support/unreadable.js";
import { built } from "./support/work.js";

const THREAD = await built("portal");

/** A thread that calls through a portal what it is told to. */
class Caller {
  readonly #worker: Worker;
  #told: ((reply: unknown) => void) | undefined;
  readonly #waiting: unknown[] = [];

  constructor({ port }: BlockingPortal, options: WorkerOptions = {}) {
    this.#worker = new Worker(THREAD, { ...options, workerData: { port }, transferList: [port] });
    this.#worker.on("message", (reply) => {
      if (this.#told === undefined) this.#waiting.push(reply);
      else this.#told(reply);
      this.#told = undefined;
    });
    onTestFinished(async () => void (await this.#worker.terminate()));
  }

  /** Has it call, and waits until it does. The result is a reply of its own. */
  async call(
    how: "call" | "callAsync" | "cancelled",
    name: string,
    ...args: unknown[]
  ): Promise<() => Promise<unknown>> {
    this.#worker.postMessage([how, name, ...args]);
    expect(await this.#next()).toBe("calling");
    return () => this.#next();
  }

  /** Has it use up its memory. */
  fill(): void {
    this.#worker.postMessage(["fill"]);
  }

  /** What nobody catches there. */
  async fault(): Promise<unknown> {
    return (await once(this.#worker, "error"))[0];
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  async result(how: "call" | "callAsync" | "cancelled", name: string, ...args: unknown[]): Promise<unknown> {
    return (await this.call(how, name, ...args))();
  }

  #next(): Promise<unknown> {
    if (this.#waiting.length > 0) return Promise.resolve(this.#waiting.shift());
    return new Promise((resolve) => (this.#told = resolve));
  }
}

const BOTH = ["call", "callAsync"] as const;

describe("withBlockingPortal", { timeout: 30_000 }, () => {
  it("returns what its function returns", async () => {
    expect(await withBlockingPortal({}, () => 1)).toBe(1);
    expect(await withBlockingPortal({}, async () => undefined)).toBeUndefined();
  });

  it("throws what its function throws", async () => {
    await caught(
      withBlockingPortal({}, () => Promise.reject(new RangeError("no"))),
      RangeError,
    );
  });

  it("refuses a handler that is no function", async () => {
    await caught(
      withBlockingPortal({ wrong: 1 as never }, () => {}),
      TypeError,
    );
    await caught(
      withBlockingPortal(null as never, () => {}),
      TypeError,
    );
    await caught(withBlockingPortal({}, 1 as never), TypeError);
  });

  it("cancels what a thread has asked for that ends", async () => {
    const events: string[] = [];
    const slow = async (): Promise<void> => {
      events.push("called");
      try {
        await sleepForever();
      } finally {
        events.push("cleaned up");
      }
    };
    await withBlockingPortal({ slow }, async (portal) => {
      const caller = new Caller(portal);
      await caller.call("callAsync", "slow");
      while (events.length === 0) await sleep(1);
      await caller.end();
      while (events.length === 1) await sleep(1);
    });

    expect(events).toEqual(["called", "cleaned up"]);
  });

  it("cancels what a thread has asked for that runs out of its memory", async () => {
    skipOn(["bun", "deno"], "its threads have no memory of their own to run out of");
    const events: string[] = [];
    const slow = async (): Promise<void> => {
      try {
        await sleepForever();
      } finally {
        events.push("cleaned up");
      }
    };
    await withBlockingPortal({ slow }, async (portal) => {
      const caller = new Caller(portal, { resourceLimits: { maxOldGenerationSizeMb: 16 } });
      await caller.call("callAsync", "slow");
      const error = caller.fault();
      caller.fill();

      expect(await error).toMatchObject({ code: "ERR_WORKER_OUT_OF_MEMORY" });
      while (events.length === 0) await sleep(1);
    });

    expect(events).toEqual(["cleaned up"]);
  });

  it("calls them with the storages of whoever has opened it", async () => {
    const storage = new AsyncLocalStorage<string>();
    const which = (): string | undefined => storage.getStore();

    const reply = await storage.run("A", () =>
      withBlockingPortal({ which }, (portal) => new Caller(portal).result("call", "which")),
    );

    expect(reply).toEqual({ value: "A" });
  });

  it.each(BOTH)("has a thread call functions here: %s", async (how) => {
    const handlers = {
      add: (a: number, b: number) => a + b,
      later: async (ms: number) => sleep(ms).then(() => "later"),
      fail: () => {
        throw new RangeError("too far");
      },
    };
    await withBlockingPortal(handlers, async (portal) => {
      const caller = new Caller(portal);

      expect(await caller.result(how, "add", 1, 2)).toEqual({ value: 3 });
      expect(await caller.result(how, "later", 5)).toEqual({ value: "later" });
      expect(await caller.result(how, "fail")).toEqual({ error: "RangeError: too far" });
      expect(await caller.result(how, "none")).toEqual({
        error: 'TypeError: the portal has no function "none"; it has "add", "later", "fail"',
      });
    });
  });

  it("calls them as methods of the object that they are given in", async () => {
    const handlers = {
      one: () => 1,
      two(): number {
        return this.one() + 1;
      },
    };

    const reply = await withBlockingPortal(handlers, (portal) => new Caller(portal).result("call", "two"));

    expect(reply).toEqual({ value: 2 });
  });

  it.each(BOTH)(
    "fails where what a thread asks for cannot be read, and the thread learns of its end: %s",
    async (how) => {
      skipOn(["bun", "deno"], "they read whatever arrives");
      refuseBlockLists();
      let waiting: (() => Promise<unknown>) | undefined;
      const error = await errorOf(
        withBlockingPortal({ take: () => {} }, async (portal) => {
          waiting = await new Caller(portal).call(how, "take", blockList());
          await sleepForever();
        }),
      );

      expect(error).toEqual(new RangeError("it cannot be read"));
      expect(await waiting?.()).toEqual({ error: expect.stringMatching(/^RunFinishedError/) as unknown });
    },
  );

  it.each(BOTH)("is closed under who waits: %s", async (how) => {
    const events: string[] = [];
    const slow = async (): Promise<void> => {
      events.push("called");
      try {
        await sleepForever();
      } finally {
        events.push("cleaned up");
      }
    };
    let waiting: (() => Promise<unknown>) | undefined;
    let caller: Caller | undefined;
    await withBlockingPortal({ slow }, async (portal) => {
      caller = new Caller(portal);
      waiting = await caller.call(how, "slow");
      while (events.length === 0) await sleep(1);
    });

    expect(events).toEqual(["called", "cleaned up"]);
    const finished = {
      error: expect.stringMatching(/^RunFinishedError: the portal is closed; make such calls/) as unknown,
    };
    expect(await waiting?.()).toEqual(finished);
    expect(await caller?.result(how, "slow")).toEqual(finished);
  });

  it.each(BOTH)("ends a call that comes while it is being closed: %s", async (how) => {
    for (let i = 0; i < 5; i++) {
      let waiting: (() => Promise<unknown>) | undefined;
      await withBlockingPortal({ add: () => 3 }, async (portal) => {
        waiting = await new Caller(portal).call(how, "add");
      });

      const reply = (await waiting?.()) as { value?: number; error?: string };
      expect(reply.value ?? reply.error).toEqual(reply.error === undefined ? 3 : expect.stringMatching(/^RunFinished/));
    }
  });

  it("lets a thread know that connects too late", async () => {
    let caller: Caller | undefined;
    await withBlockingPortal({ add: () => 3 }, (portal) => void (caller = new Caller(portal)));

    expect(await caller?.result("call", "add")).toEqual({
      error: expect.stringMatching(/^RunFinishedError/) as unknown,
    });
  });

  it("hands a cancellation over to who waits", async () => {
    const scope = new CancelScope();
    const events: string[] = [];
    let reply: unknown;
    const slow = (): Promise<void> => {
      setTimeout(() => scope.cancel("enough"), 10);
      return sleepForever();
    };

    await scope.run(() =>
      withBlockingPortal({ slow }, async (portal) => {
        reply = await new Caller(portal).result("call", "slow");
        events.push("replied");
      }),
    );

    expect([scope.cancelledCaught, events]).toEqual([false, ["replied"]]);
    expect(reply).toEqual({
      error: expect.stringMatching(/^AbortError: .* was cancelled by task "slow": enough$/) as unknown,
    });
  });

  it("withdraws what a cancelled thread has asked for, and waits for it", async () => {
    const events: string[] = [];
    const slow = async (): Promise<void> => {
      try {
        await sleepForever();
      } finally {
        events.push("cleaned up");
      }
    };
    await withBlockingPortal({ slow }, async (portal) => {
      expect(await new Caller(portal).result("cancelled", "slow")).toEqual({ value: undefined, caught: true });
      expect(events).toEqual(["cleaned up"]);
    });
  });

  it("has several of them", async () => {
    const one = (portal: BlockingPortal): Caller => new Caller(portal);
    await withBlockingPortal({ which: () => "outer" }, async (outer) => {
      const callers = [one(outer)];
      await withBlockingPortal({ which: () => "inner" }, async (inner) => {
        callers.push(one(inner));
        const replies = await Promise.all(callers.map((caller) => caller.result("call", "which")));
        expect(replies).toEqual([{ value: "outer" }, { value: "inner" }]);
      });
      expect(await callers[0]?.result("call", "which")).toEqual({ value: "outer" });
    });
  });
});

describe("connectPortal", () => {
  it("works in the same thread too, as long as it does not block", async () => {
    await withBlockingPortal({ add: (a: number, b: number) => a + b }, async ({ port }) => {
      const portal = connectPortal<{ add(a: number, b: number): number }>(port);

      expect(await portal.callAsync("add", 1, 2)).toBe(3);
    });
  });

  it("has one connection, whose answers a second one does not take", async () => {
    await withBlockingPortal({ add: (a: number, b: number) => a + b }, async ({ port }) => {
      const asked = connectPortal(port).callAsync("add", 1, 2);
      for (let i = 0; i < 5; i++) {
        expect(() => connectPortal(port)).toThrow(TypeError);
        await sleep(1);
      }

      expect(await asked).toBe(3);
    });
  });

  it("fails whoever waits where an answer cannot be read, for nobody knows whose it is", async () => {
    skipOn(["bun", "deno"], "they read whatever arrives");
    refuseBlockLists();
    await withBlockingPortal({ blockList, sleepForever, add: (a: number, b: number) => a + b }, async ({ port }) => {
      const portal = connectPortal(port);
      const errors = await Promise.all(
        ["sleepForever", "blockList"].map((name) => caught(portal.callAsync(name), BrokenResourceError)),
      );

      expect(errors.map(({ cause }) => String(cause))).toEqual(Array(2).fill("RangeError: it cannot be read"));
      expect(await portal.callAsync("add", 1, 2)).toBe(3);
    });
  });

  it("refuses a name that is none", async () => {
    await withBlockingPortal({}, async ({ port }) => {
      const portal = connectPortal(port);

      expect(() => portal.call(7 as never)).toThrow(/^name must be a string/);
      expect((await caught(portal.callAsync(Symbol("no") as never), TypeError)).message).toMatch(
        /^name must be a string/,
      );
    });
  });

  it("is an InvalidStateError where it would wait for itself", async () => {
    await withBlockingPortal({ add: (a: number, b: number) => a + b }, ({ port }) => {
      expect(() => connectPortal(port).call("add", 1, 2)).toThrow(InvalidStateError);
    });
  });

  it("refuses what is no portal's port", () => {
    const { port1, port2 } = new MessageChannel();
    port2.postMessage("hello");

    expect(() => connectPortal(port1)).toThrow(/port must be the port of a portal/);
    expect(() => connectPortal({} as never)).toThrow(TypeError);
    port1.close();
  });

  it("leaves nobody behind", async () => {
    await withBlockingPortal({}, () => waitAllTasksBlocked());
  });
});
