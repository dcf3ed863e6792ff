import { describe, expect, it, vi } from "vitest";
import { BrokenWorkerError, forceClose, run } from "@anyio/core";
import { moduleExport } from "@anyio/core/lowlevel";
import { TaskCancelledError } from "@anyio/task-groups";
import { assertNoLeaks } from "@anyio/testing";
import { RunFinishedError, startBlockingPortal, type SyncPortal, transfer } from "@anyio/threads";
import { caught } from "#support/caught";
import { mayLeak } from "#support/may-leak";
import { outside } from "#support/outside";
import { skipOn } from "#support/runtimes";
import { blockList, refuseBlockLists } from "./support/unreadable.js";
import { built, flag, raised, work } from "./support/work.js";

const LOOP = await built("loop");
const slowly = moduleExport<typeof import("./fixtures/loop.js").slowly>(LOOP, "slowly");
const stubbornly = moduleExport<typeof import("./fixtures/loop.js").stubbornly>(LOOP, "stubbornly");
const tidily = moduleExport<typeof import("./fixtures/loop.js").tidily>(LOOP, "tidily");
const together = moduleExport<typeof import("./fixtures/loop.js").together>(LOOP, "together");

const wait = (ms: number): Promise<string> => new Promise((resolve) => setTimeout(() => resolve(`after ${ms}`), ms));

/** Calls `fn` with a portal, which is closed then. */
function withPortal<T>(fn: (portal: SyncPortal) => T, grace?: number): T {
  const portal = startBlockingPortal({ grace });
  try {
    return fn(portal);
  } finally {
    portal.close();
  }
}

/** What `fn` throws. */
function thrownBy(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  throw new Error("it has thrown nothing");
}

describe("startBlockingPortal", { timeout: 30_000 }, () => {
  it("calls functions in an event loop, and blocks until there is a result", () => {
    withPortal((portal) => {
      expect(portal.call(wait, [5])).toBe("after 5");
      expect(portal.call(work.add, [1, 2])).toBe(3);
      expect(portal.call(() => {})).toBeUndefined();
      expect(portal.call(together, [3])).toEqual([0, 1, 2]);
    });
  });

  it("throws what is thrown there, with its stack below the caller's", () => {
    withPortal((portal) => {
      const error = thrownBy(() => portal.call(work.fail)) as Error;

      expect(error).toMatchObject({ name: "OddError", code: "E_ODD" });
      expect(error.stack).toMatch(/start-blocking-portal\.test[^]*in a blocking portal:[^]*work\.mjs/);
    });
  });

  it("starts tasks, which run at the same time", () => {
    withPortal((portal) => {
      const tasks = [60, 30].map((ms) => portal.startTaskSoon(wait, [ms]));

      expect(portal.call(wait, [1])).toBe("after 1");
      expect(tasks.map((task) => task.result())).toEqual(["after 60", "after 30"]);
      expect(tasks[0]?.result()).toBe("after 60");
      expect(tasks[0]?.name).toBe("wait");
    });
  });

  it("cancels a task, which cleans up", () => {
    withPortal((portal) => {
      const task = portal.startTaskSoon(slowly, [60_000]);
      task.cancel();
      const error = thrownBy(() => task.result());

      expect(error).toBeInstanceOf(TaskCancelledError);
      task.cancel();
    });
  });

  it("cancels its tasks when it is closed, and waits for them", () => {
    const portal = startBlockingPortal();
    const task = portal.startTaskSoon(slowly, [60_000]);
    portal.call(wait, [1]);
    portal.close();
    portal.close();

    expect(thrownBy(() => task.result())).toBeInstanceOf(TaskCancelledError);
    expect(thrownBy(() => portal.call(wait, [1]))).toBeInstanceOf(RunFinishedError);
    expect(thrownBy(() => portal.startTaskSoon(wait, [1]))).toBeInstanceOf(RunFinishedError);
  });

  it("stops a thread whose tasks do not end in time", () => {
    const began = performance.now();
    const task = withPortal((portal) => portal.startTaskSoon(stubbornly), 50);

    expect(performance.now() - began).toBeLessThan(5_000);
    expect(thrownBy(() => task.result())).toBeInstanceOf(BrokenWorkerError);
  });

  it("is closed at once where its tasks have ended, whatever handles they have left", () => {
    const began = performance.now();
    withPortal((portal) => {
      portal.call(() => void setInterval(() => {}, 1_000));
    }, 60_000);

    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it("counts its grace in real time, whatever clock a test has put in place", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      const task = withPortal((portal) => portal.startTaskSoon(stubbornly), 50);
      expect(thrownBy(() => task.result())).toBeInstanceOf(BrokenWorkerError);
    } finally {
      vi.useRealTimers();
    }
  });

  it("waits for no task where it is closed forcefully", async () => {
    const began = flag();
    const portal = startBlockingPortal({ grace: 60_000 });
    const task = portal.startTaskSoon(tidily, [began, flag()]);
    Atomics.wait(began, 0, 0);
    const at = performance.now();
    await forceClose(portal);

    expect(performance.now() - at).toBeLessThan(20_000);
    expect(thrownBy(() => task.result())).toBeInstanceOf(BrokenWorkerError);
  });

  it("hands over an argument", () => {
    const bytes = new Uint8Array(1_000);
    withPortal((portal) => {
      expect(portal.call((given: Uint8Array) => given.length, [transfer(bytes, [bytes.buffer])])).toBe(1_000);
    });

    expect(bytes.length).toBe(0);
  });

  it("throws an error that cannot be read, and goes on", () => {
    const fn = (): never => {
      throw Object.defineProperty(new RangeError("far"), "detail", {
        get() {
          throw new Error("gone");
        },
      });
    };
    withPortal((portal) => {
      expect(String(thrownBy(() => portal.call(fn)))).toBe("RangeError: far");
      expect(portal.call(together, [2])).toEqual([0, 1]);
    });
  });

  it.each([
    ["exits", 7, undefined, () => process.exit(7)],
    [
      "throws where nobody catches it",
      1,
      "late",
      () => {
        setTimeout(() => {
          throw new RangeError("late");
        }, 5);
        return new Promise(() => {});
      },
    ],
  ])("is a BrokenWorkerError at once where its thread ends: it %s", (_how, exitCode, cause, fn) => {
    withPortal((portal) => {
      const error = thrownBy(() => portal.call(fn)) as BrokenWorkerError;

      expect(error).toBeInstanceOf(BrokenWorkerError);
      expect([error.exitCode, (error.cause as Error | undefined)?.message]).toEqual([exitCode, cause]);
      expect(thrownBy(() => portal.call(wait, [1]))).toBeInstanceOf(BrokenWorkerError);
    });
  });

  it("breaks where a result cannot be read here, for nobody knows whose it is", () => {
    skipOn(["bun", "deno"], "they read whatever arrives");
    refuseBlockLists();
    withPortal((portal) => {
      const tasks = [portal.startTaskSoon(blockList), portal.startTaskSoon(wait, [60_000])];

      for (const error of [...tasks].reverse().map((task) => thrownBy(() => task.result()))) {
        expect(error).toBeInstanceOf(BrokenWorkerError);
        expect((error as Error).cause).toEqual(new RangeError("it cannot be read"));
      }
    });
  });

  it("refuses what toThread.run refuses, and goes on", () => {
    withPortal((portal) => {
      expect(thrownBy(() => portal.call(Math.max))).toBeInstanceOf(TypeError);
      expect(thrownBy(() => portal.call(wait, 1 as never))).toBeInstanceOf(TypeError);
      expect((thrownBy(() => portal.call((fn: unknown) => fn, [() => {}])) as Error).name).toBe("DataCloneError");
      expect((thrownBy(() => portal.call(() => () => {})) as Error).name).toBe("DataCloneError");
      expect(portal.call(work.add, [1, 2])).toBe(3);
    });
    expect(() => startBlockingPortal({ grace: -1 })).toThrow(RangeError);
    expect(() => startBlockingPortal({ name: Symbol("no") as never })).toThrow(/^name must be a string/);
  });

  it("has several of them", () => {
    withPortal((one) =>
      withPortal((other) => {
        const first = one.startTaskSoon(wait, [20]);
        expect(other.call(wait, [1])).toBe("after 1");
        expect(first.result()).toBe("after 20");
      }),
    );
  });

  it("is a resource: a leak where it is left open, and ended with the task that started it", mayLeak, async () => {
    const portals: SyncPortal[] = [];
    const error = await caught(
      assertNoLeaks(async () => void portals.push(startBlockingPortal())),
      Error,
    );
    expect(error.message).toMatch(/a blocking portal/);

    await outside(() => run(async () => void portals.push(startBlockingPortal()), { signals: [] }));

    for (const portal of portals) expect(() => portal.call(wait, [1])).toThrow(RunFinishedError);
  });

  it("has its tasks clean up where it is left open", mayLeak, async () => {
    const [began, cleanedUp] = [flag(), flag()];
    await outside(() =>
      run(
        async () => {
          startBlockingPortal({ grace: 60_000 }).startTaskSoon(tidily, [began, cleanedUp]);
          await raised(began);
        },
        { signals: [] },
      ),
    );

    expect(cleanedUp[0]).toBe(1);
  });
});
