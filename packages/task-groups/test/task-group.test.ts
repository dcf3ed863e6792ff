import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, it } from "vitest";
import {
  type CancelledError,
  CancelScope,
  currentTime,
  getRunningTasks,
  InvalidStateError,
  moveOnAfter,
  run,
  shield,
  sleep,
  sleepForever,
  waitAllTasksBlocked,
} from "@anyio/core";
import { type TaskGroup, type TaskHandle, withTaskGroup } from "@anyio/task-groups";
import { skipExplored } from "#support/explored";
import { rejection, unhandledBy } from "./support/rejections.js";
import { untilCancelled } from "./support/until-cancelled.js";
import { virtually } from "./support/virtual-clock.js";
import { mayLeak } from "#support/may-leak";

describe("withTaskGroup", () => {
  it("returns what its body returns", async () => {
    expect(await withTaskGroup(() => 1)).toBe(1);
    expect(await withTaskGroup(async () => "two")).toBe("two");
  });

  it("returns only when its body and every task have finished", async () => {
    const events: string[] = [];

    await virtually(async () => {
      await withTaskGroup(async (tg) => {
        for (const ms of [30, 10, 20]) {
          tg.startSoon(async () => {
            await sleep(ms);
            events.push(`task ${ms}`);
          });
        }
        await sleep(15);
        events.push("body");
      });
      events.push("group");
    });

    expect(events).toEqual(["task 10", "body", "task 20", "task 30", "group"]);
  });

  it("waits for tasks that its tasks start", async () => {
    const events: string[] = [];

    await virtually(async () => {
      await withTaskGroup((tg) => {
        const descend = (depth: number): TaskHandle<void> =>
          tg.startSoon(async () => {
            await sleep(1);
            events.push(`task ${depth} at ${currentTime()}`);
            if (depth < 3) descend(depth + 1);
          });
        descend(1);
      });
      events.push("group");
    });

    expect(events).toEqual(["task 1 at 1", "task 2 at 2", "task 3 at 3", "group"]);
  });

  it("waits for the cleanup of cancelled tasks", async () => {
    const events: string[] = [];

    await virtually(async () => {
      await withTaskGroup(async (tg) => {
        tg.startSoon(async () => {
          try {
            await sleepForever();
          } finally {
            await shield(() => sleep(50));
            events.push(`cleaned up at ${currentTime()}`);
          }
        });
        await sleep(1);
        tg.cancel();
      });
      events.push(`group at ${currentTime()}`);
    });

    expect(events).toEqual(["cleaned up at 51", "group at 51"]);
  });

  it("cancels tasks and body when a task fails", async () => {
    const events: string[] = [];
    const failure = new Error("failure");

    const error = await virtually(() =>
      rejection(
        withTaskGroup(async (tg) => {
          tg.startSoon(async () => {
            await sleep(5);
            throw failure;
          });
          tg.startSoon(() => sleepForever().catch(() => events.push(`task at ${currentTime()}`)));
          await sleepForever().catch(() => events.push(`body at ${currentTime()}`));
        }),
      ),
    );

    expect(error).toBe(failure);
    expect(events.toSorted()).toEqual(["body at 5", "task at 5"]);
  });

  it("cancels tasks when its body fails", async () => {
    const events: string[] = [];
    const failure = new Error("failure");

    const error = await virtually(() =>
      rejection(
        withTaskGroup(async (tg) => {
          tg.startSoon(() => sleepForever().catch((struck: CancelledError) => events.push(struck.source)));
          await sleep(1);
          throw failure;
        }),
      ),
    );

    expect(error).toBe(failure);
    expect(events).toEqual(["sibling"]);
  });

  it("tells a cancelled task which task's failure it was", async () => {
    let struck: unknown;

    await virtually(() =>
      rejection(
        withTaskGroup(
          (tg) => {
            tg.startSoon(
              () => {
                throw new RangeError("out of it");
              },
              { name: "culprit" },
            );
            tg.startSoon(() => sleepForever().catch((error: unknown) => void (struck = error)));
          },
          { name: "crew" },
        ),
      ),
    );

    expect(struck).toMatchObject({ source: "sibling", scopeName: "crew", taskName: "culprit" });
    expect(struck).toHaveProperty("cause", new RangeError("out of it"));
  });

  it("resolves with the body's value when it is cancelled after the body has finished", async () => {
    const value = await virtually(() =>
      withTaskGroup((tg) => {
        tg.startSoon(() => sleepForever());
        tg.startSoon(async () => {
          await sleep(1);
          tg.cancel();
        });
        return "value";
      }),
    );

    expect(value).toBe("value");
  });

  it("resolves with undefined when the cancellation strikes the body", async () => {
    const value = await virtually(() =>
      withTaskGroup(async (tg) => {
        tg.cancel();
        await sleep(1);
        return "value";
      }),
    );

    expect(value).toBeUndefined();
  });

  it("resolves with the value of a body that swallows the cancellation", async () => {
    const value = await virtually(() =>
      withTaskGroup(async (tg) => {
        tg.cancel();
        await sleep(1).catch(() => {});
        return "value";
      }),
    );

    expect(value).toBe("value");
  });

  it("ends by its scope's deadline as by cancel()", async () => {
    const value = await virtually(() =>
      withTaskGroup((tg) => {
        tg.cancelScope.deadline = currentTime() + 10;
        tg.startSoon(() => sleepForever());
        return currentTime() < 10;
      }),
    );

    expect(value).toBe(true);
  });

  it("passes the reason of cancel() on", async () => {
    const reasons: unknown[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        tg.cancel("enough");
        tg.cancel("more than enough");
        reasons.push(tg.cancelScope.cancelReason, tg.cancelScope.cancelCalled);
        await sleep(1).catch((error: CancelledError) => reasons.push(error.reason, error.source));
      }),
    );

    expect(reasons).toEqual(["enough", true, "enough", "cancel"]);
  });

  it("throws an outer cancellation that strikes its body", async () => {
    const events: string[] = [];

    const scope = new CancelScope();
    await virtually(() =>
      scope.run(async () => {
        await withTaskGroup(async (tg) => {
          tg.startSoon(() => sleepForever());
          await sleep(1);
          scope.cancel();
          await sleep(1);
        });
        events.push("after");
      }),
    );

    expect(scope.cancelledCaught).toBe(true);
    expect(events).toEqual([]);
  });

  it("throws an outer cancellation that ends a task, also where the body has finished", async () => {
    const events: string[] = [];

    const value = await virtually(() =>
      moveOnAfter(10, async () => {
        await withTaskGroup((tg) => {
          tg.startSoon(() => sleepForever());
          return "value";
        });
        events.push("after");
      }),
    );

    expect(value).toBeUndefined();
    expect(events).toEqual([]);
  });

  it("returns its value where an outer cancellation ended nothing", async () => {
    const scope = new CancelScope();

    const value = await virtually(() =>
      scope.run(() =>
        withTaskGroup((tg) => {
          tg.startSoon(async () => {
            scope.cancel();
            await sleep(1).catch(() => {});
          });
          return "value";
        }),
      ),
    );

    expect(value).toBe("value");
  });

  it("throws an outer cancellation that came after its own", async () => {
    const scope = new CancelScope();
    const events: string[] = [];

    await virtually(() =>
      scope.run(async () => {
        await withTaskGroup(async (tg) => {
          tg.startSoon(async () => {
            try {
              await sleepForever();
            } finally {
              await shield(() => sleep(10));
              scope.cancel();
            }
          });
          await sleep(1);
          tg.cancel();
        });
        events.push("after");
      }),
    );

    expect(events).toEqual([]);
    expect(scope.cancelledCaught).toBe(true);
  });

  it("is out of reach of outer cancellations while its scope is shielded", async () => {
    const events: string[] = [];

    await virtually(() =>
      moveOnAfter(5, () =>
        withTaskGroup(async (tg) => {
          tg.cancelScope.shield = true;
          tg.startSoon(async () => {
            await sleep(10);
            events.push(`task at ${currentTime()}`);
          });
          await sleep(20);
          events.push(`body at ${currentTime()}`);
        }),
      ),
    );

    expect(events).toEqual(["task at 10", "body at 20"]);
  });

  it("enters in a cancelled scope, and its tasks run to their first cancellation point", async () => {
    const events: string[] = [];

    const scope = new CancelScope();
    scope.cancel();
    await virtually(() =>
      scope.run(() =>
        withTaskGroup(async (tg) => {
          events.push("body");
          tg.startSoon(async () => {
            events.push("task");
            try {
              await sleep(1);
              events.push("beyond");
            } finally {
              events.push("cleanup");
            }
          });
        }),
      ),
    );

    expect(events).toEqual(["body", "task", "cleanup"]);
    expect(scope.cancelledCaught).toBe(true);
  });

  it("cancels and joins what its body left floating", mayLeak, async () => {
    const events: string[] = [];

    await virtually(async () => {
      await withTaskGroup(() => {
        void sleepForever().catch(() => events.push("cancelled"));
      });
      events.push("group");
    });

    expect(events).toEqual(["cancelled", "group"]);
  });

  it("leaves no task and no timer behind", async () => {
    const before = getRunningTasks().length;

    await withTaskGroup((tg) => {
      for (let i = 0; i < 100; i++) tg.startSoon(() => sleep(i % 3));
    });

    expect(getRunningTasks()).toHaveLength(before);
  });

  it("joins 10,000 tasks", async () => {
    skipExplored("so many under so many schedules take minutes");
    let count = 0;

    await virtually(() =>
      withTaskGroup((tg) => {
        for (let i = 0; i < 10_000; i++) {
          tg.startSoon(async () => {
            await sleep(i % 10);
            count++;
          });
        }
      }),
    );

    expect(count).toBe(10_000);
  });

  it("cancels 10,000 tasks when one fails", async () => {
    skipExplored("so many under so many schedules take minutes");
    let cancelled = 0;

    const error = await virtually(() =>
      rejection(
        withTaskGroup(async (tg) => {
          for (let i = 0; i < 10_000; i++) tg.startSoon(() => sleepForever().catch(() => cancelled++));
          await sleep(1);
          throw new Error("failure");
        }),
      ),
    );

    expect(error).toHaveProperty("message", "failure");
    expect(cancelled).toBe(10_000);
  });

  it("joins groups nested 1,000 deep", async () => {
    const nest = (depth: number): Promise<number | undefined> =>
      withTaskGroup(async (tg) => (depth === 0 ? 0 : ((await tg.startSoon(() => nest(depth - 1)).result()) ?? 0) + 1));

    expect(await nest(1000)).toBe(1000);
  });

  it("rejects what is no function", async () => {
    expect(await rejection(withTaskGroup(undefined as never))).toEqual(
      new TypeError("fn must be a function such as () => work(), not undefined"),
    );
  });

  it("rejects with an error that nobody handles, when nobody awaits it", async () => {
    const failure = new Error("failure");

    const unhandled = await unhandledBy(() => {
      void withTaskGroup(() => {
        throw failure;
      });
    });

    expect(unhandled).toEqual([failure]);
  });

  it("never makes an unhandled rejection of a cancellation", mayLeak, async () => {
    const scope = new CancelScope();

    const unhandled = await unhandledBy(() =>
      virtually(() =>
        scope.run(async () => {
          void withTaskGroup((tg) => {
            tg.startSoon(() => sleepForever());
          });
          await waitAllTasksBlocked();
          scope.cancel();
        }),
      ),
    );

    expect(unhandled).toEqual([]);
  });
});

describe("startSoon", () => {
  it("begins the task in a later microtask", async () => {
    skipExplored("tasks begin in an order that the seed chooses");
    const orders: string[][] = [];

    // Where the turn's budget is just spent a task begins in the next turn.
    for (let i = 0; i < 5; i++) {
      const events: string[] = [];
      await withTaskGroup(async (tg) => {
        tg.startSoon(() => void events.push("task"));
        events.push("body");
        await undefined;
        events.push("a microtask later");
      });
      orders.push(events);
    }

    expect(orders).toContainEqual(["body", "task", "a microtask later"]);
    for (const [first] of orders) expect(first).toBe("body");
  });

  it("begins tasks in the order of the calls", async () => {
    skipExplored("tasks begin in an order that the seed chooses");
    const events: number[] = [];

    await withTaskGroup((tg) => {
      for (let i = 0; i < 5000; i++) tg.startSoon(() => void events.push(i));
    });

    expect(events).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  it("gives a task the AsyncLocalStorage values of the call", async () => {
    skipExplored("tasks begin in an order that the seed chooses");
    const storage = new AsyncLocalStorage<string>();
    const events: unknown[] = [];

    await storage.run("group", () =>
      withTaskGroup(async (tg) => {
        const start = (): void => void tg.startSoon(() => void events.push(storage.getStore()));
        storage.run("call", start);
        start();
        // Not `exit`: what is started within it has the value all the same on Deno.
        storage.run(undefined as never, start);
        await storage.run("start", () =>
          tg.start(async (status) => {
            await undefined;
            events.push(storage.getStore());
            status.started();
          }),
        );
      }),
    );

    expect(events).toEqual(["call", "group", undefined, "start"]);
  });

  it("gives a task the values of the call also where it begins in a later turn", async () => {
    skipExplored("so many under so many schedules take minutes");
    const storage = new AsyncLocalStorage<number>();
    const wrong: unknown[] = [];

    await withTaskGroup((tg) => {
      for (let i = 0; i < 5000; i++) {
        storage.run(i, () => tg.startSoon(() => storage.getStore() === i || wrong.push(storage.getStore())));
      }
    });

    expect(wrong).toEqual([]);
  });

  it("works from any task", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup((outer) => {
        outer.startSoon(() =>
          withTaskGroup(async (inner) => {
            inner.startSoon(() => sleep(1));
            outer.startSoon(async () => {
              await sleep(10);
              events.push("task of the outer group");
            });
            await sleep(5);
            events.push("inner body");
          }),
        );
      }),
    );

    expect(events).toEqual(["inner body", "task of the outer group"]);
  });

  it("puts a task in the group's scope, not in the caller's", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        await moveOnAfter(5, async () => {
          tg.startSoon(async () => {
            await sleep(10);
            events.push(`task at ${currentTime()}`);
          });
          await sleepForever();
        });
        events.push(`moved on at ${currentTime()}`);
      }),
    );

    expect(events).toEqual(["moved on at 5", "task at 10"]);
  });

  it("works from a synchronous callback outside every scope", async () => {
    skipExplored("it awaits a timer of the platform, which the virtual clock takes for a deadlock");
    const events: string[] = [];
    let group: TaskGroup | undefined;

    const ended = run(() =>
      withTaskGroup(async (tg) => {
        group = tg;
        await sleepForever();
      }),
    );
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        group?.startSoon(async () => {
          events.push("begins");
          await sleepForever().catch(() => events.push("cancelled"));
        });
        setImmediate(() => {
          group?.cancel();
          resolve();
        });
      });
    });
    await ended;

    expect(events).toEqual(["begins", "cancelled"]);
  });

  it("runs a task of a cancelled group to its first cancellation point", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup((tg) => {
        tg.cancel();
        tg.startSoon(async () => {
          events.push("begins");
          await sleep(1).finally(() => events.push("cleans up"));
          events.push("goes on");
        });
      }),
    );

    expect(events).toEqual(["begins", "cleans up"]);
  });

  it("runs a task of a group that has failed to its first cancellation point", async () => {
    const events: string[] = [];

    await virtually(() =>
      rejection(
        withTaskGroup((tg) => {
          tg.startSoon(() => sleepForever().catch(() => tg.startSoon(() => void events.push("began"))));
          throw new Error("failure");
        }),
      ),
    );

    expect(events).toEqual(["began"]);
  });

  it("throws in a group that has ended, naming it", async () => {
    let group: TaskGroup | undefined;
    await withTaskGroup((tg) => void (group = tg), { name: "crew" });

    const start = (): unknown => group?.startSoon(() => 1);

    expect(start).toThrow(InvalidStateError);
    expect(start).toThrow(/task group "crew" has ended; .+/);
  });

  it("throws in a group that was left by an error", async () => {
    let group: TaskGroup | undefined;
    await rejection(
      withTaskGroup((tg) => {
        group = tg;
        throw new Error("failure");
      }),
    );

    expect(() => group?.startSoon(() => 1)).toThrow(InvalidStateError);
  });

  it("either throws or runs its task whole, however close to the group's end", async () => {
    const events: string[] = [];

    for (let delay = 0; delay < 20; delay++) {
      for (const place of ["body", "task", "service"]) {
        await virtually(() => startLate(place, delay, events));
      }
    }

    expect(events).toHaveLength(60);
    expect(new Set(events)).toEqual(new Set(["whole", "InvalidStateError"]));
  });

  it("does not call the function of a promise, and says why", async () => {
    await withTaskGroup((tg) => {
      expect(() => tg.startSoon(Promise.resolve(1) as never)).toThrow(
        new TypeError("fn must be a function such as () => work(), not a promise, which has started already"),
      );
      expect(() => tg.startSoon("work" as never)).toThrow(TypeError);
    });
  });

  it("names a task after its function, or as told", async () => {
    async function fetchAll(): Promise<void> {}

    await withTaskGroup((tg) => {
      expect(tg.startSoon(fetchAll).name).toBe("fetchAll");
      expect(tg.startSoon(fetchAll, { name: "fetcher" }).name).toBe("fetcher");
      expect(tg.startSoon(() => {}).name).toMatch(/^task \d+$/);
    });
  });

  it("accepts a thenable that is no promise", async () => {
    const handle = await withTaskGroup((tg) => {
      // oxlint-disable-next-line unicorn/no-thenable -- that is what it is about.
      const thenable: PromiseLike<string> = { then: (resolve) => Promise.resolve("value").then(resolve) };
      return tg.startSoon(() => thenable);
    });

    expect(handle?.returnValue).toBe("value");
  });
});

/** Starts a task some microtasks after a group's body, last task or service has ended. */
async function startLate(place: string, delay: number, events: string[]): Promise<void> {
  let late = Promise.resolve();
  const step = async (tg: TaskGroup): Promise<void> => {
    for (let i = 0; i < delay; i++) await undefined;
    try {
      tg.startSoon(() =>
        sleep(1).then(
          () => events.push("whole"),
          () => events.push("cut off"),
        ),
      );
    } catch (error) {
      events.push((error as Error).name);
    }
  };
  await withTaskGroup((tg) => {
    if (place === "body") late = step(tg);
    if (place === "task") tg.startSoon(() => void (late = step(tg)));
    if (place === "service") {
      tg.startSoon(() => untilCancelled(() => void (late = step(tg))), { service: true });
    }
  });
  await late;
}
