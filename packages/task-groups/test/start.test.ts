import { describe, expect, it } from "vitest";
import {
  CancelledError,
  CancelScope,
  currentEffectiveDeadline,
  currentTime,
  InvalidStateError,
  moveOnAfter,
  shield,
  sleep,
  sleepForever,
  waitAllTasksBlocked,
} from "@anyio/core";
import { currentScope } from "@anyio/core/lowlevel";
import { TASK_STATUS_IGNORED, type TaskGroup, TaskHandle, type TaskStatus, withTaskGroup } from "@anyio/task-groups";
import { rejection, unhandledBy } from "./support/rejections.js";
import { untilCancelled } from "./support/until-cancelled.js";
import { virtually } from "./support/virtual-clock.js";
import { mayLeak } from "#support/may-leak";

describe("start", () => {
  it("resolves with the value once the task is ready, and the task goes on", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        const port = await tg.start<number>(async (status) => {
          await sleep(5);
          status.started(8080);
          await sleep(5);
          events.push(`ended at ${currentTime()}`);
        });
        events.push(`port ${port} at ${currentTime()}`);
      }),
    );

    expect(events).toEqual(["port 8080 at 5", "ended at 10"]);
  });

  it("resolves with a handle where one is asked for", async () => {
    const handle = await withTaskGroup((tg) =>
      tg.start<string, number>(
        (status) => {
          status.started("ready");
          return 1;
        },
        { returnHandle: true, name: "server" },
      ),
    );

    expect(handle).toBeInstanceOf(TaskHandle);
    expect([handle?.name, handle?.startValue, handle?.returnValue]).toEqual(["server", "ready", 1]);
  });

  it("begins the task in a later microtask", async () => {
    const events: string[] = [];

    await withTaskGroup(async (tg) => {
      const ready = tg.start((status) => {
        events.push("task");
        status.started();
      });
      events.push("caller");
      await ready;
    });

    expect(events).toEqual(["caller", "task"]);
  });

  it("keeps the group open while a task outside it waits for one to be ready", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (outer) => {
        await withTaskGroup(async (tg) => {
          outer.startSoon(async () => {
            await tg.start(async (status) => {
              await sleep(10);
              status.started();
              await sleep(10);
              events.push(`task at ${currentTime()}`);
            });
            events.push(`ready at ${currentTime()}`);
          });
          await sleep(5);
        });
        events.push(`group at ${currentTime()}`);
      }),
    );

    expect(events).toEqual(["ready at 10", "task at 20", "group at 20"]);
  });

  it("throws an error that comes before started() from start() alone", async () => {
    const failure = new Error("failure");

    const value = await virtually(() =>
      withTaskGroup(async (tg) => {
        const error = await rejection(
          tg.start(async () => {
            await sleep(1);
            throw failure;
          }),
        );
        expect(error).toBe(failure);
        await sleep(1);
        return "value";
      }),
    );

    expect(value).toBe("value");
  });

  it("throws an error that comes after started() from the group alone", async () => {
    const failure = new Error("failure");
    const events: string[] = [];

    const error = await virtually(() =>
      rejection(
        withTaskGroup(async (tg) => {
          await tg.start(async (status) => {
            status.started();
            throw failure;
          });
          events.push("ready");
          await sleepForever();
        }),
      ),
    );

    expect(error).toBe(failure);
    expect(events).toEqual(["ready"]);
  });

  it("rejects with InvalidStateError when the task ends without started()", async () => {
    const value = await withTaskGroup(async (tg) => {
      const error = await rejection(tg.start(async () => "value", { name: "server" }));
      expect(error).toBeInstanceOf(InvalidStateError);
      expect(error).toHaveProperty(
        "message",
        expect.stringMatching(/task "server" ended without calling started\(\); .+/),
      );
      return "value";
    });

    expect(value).toBe("value");
  });

  it("has started() throw when it is called twice", async () => {
    const events: string[] = [];

    const error = await rejection(
      withTaskGroup(async (tg) => {
        events.push(
          await tg.start<string>((status) => {
            status.started("first");
            status.started("second");
          }),
        );
      }),
    );

    expect(error).toBeInstanceOf(InvalidStateError);
    expect(events).toEqual(["first"]);
  });

  it("has started() throw after the end of the task", async () => {
    let kept: TaskStatus | undefined;
    await withTaskGroup((tg) => rejection(tg.start((status) => void (kept = status))));

    expect(() => kept?.started()).toThrow(InvalidStateError);
  });

  it("rejects in a group that has ended", async () => {
    let group: TaskGroup | undefined;
    await withTaskGroup((tg) => void (group = tg), { name: "crew" });
    const events: string[] = [];

    const error = await rejection(group?.start(() => void events.push("begins")) ?? sleep(0));

    expect(error).toBeInstanceOf(InvalidStateError);
    expect(error).toHaveProperty("message", expect.stringContaining('"crew"'));
    expect(events).toEqual([]);
  });

  it("rejects what is no function", async () => {
    await withTaskGroup(async (tg) => {
      expect(await rejection(tg.start(Promise.resolve() as never))).toBeInstanceOf(TypeError);
    });
  });

  it("may have started() called by a callback outside the task", async () => {
    const value = await withTaskGroup((tg) =>
      tg.start<string>(
        (status) =>
          new Promise<void>((resolve) => {
            setTimeout(() => {
              status.started("ready");
              resolve();
            });
          }),
      ),
    );

    expect(value).toBe("ready");
  });

  it("ends a task of the group that has ended its own caller's wait", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        const scope = new CancelScope();
        await scope.run(async () => {
          await tg.start(async (status) => {
            await new CancelScope().run(async () => {
              status.started();
              await sleep(10);
              events.push(`task at ${currentTime()}`);
            });
          });
          scope.cancel();
          await sleep(1);
        });
        events.push(`caller at ${currentTime()}`);
      }),
    );

    expect(events).toEqual(["caller at 0", "task at 10"]);
  });
});

describe("start, cancelled before entry", () => {
  it("runs the task to its first cancellation point, and rejects by the cancellation", async () => {
    const events: string[] = [];

    const scope = new CancelScope();
    scope.cancel();
    await virtually(() =>
      withTaskGroup((tg) =>
        scope.run(async () => {
          const error = await rejection(
            tg.start(async (status: TaskStatus) => {
              events.push("begins");
              await sleep(1).finally(() => events.push("cleans up"));
              status.started();
            }),
          );
          expect(error).toBeInstanceOf(CancelledError);
          throw error;
        }),
      ),
    );

    expect(events).toEqual(["begins", "cleans up"]);
    expect(scope.cancelledCaught).toBe(true);
  });

  it("resolves when the task is ready before its first cancellation point", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        const scope = new CancelScope();
        scope.cancel();
        await scope.run(async () => {
          const value = await tg.start<string>(async (status) => {
            status.started("ready");
            await sleep(5);
            events.push(`task at ${currentTime()}`);
          });
          events.push(value);
        });
      }),
    );

    // Ready, it belongs to the group, which is not cancelled.
    expect(events).toEqual(["ready", "task at 5"]);
  });

  it("resolves in a shield within the cancelled scope", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        const scope = new CancelScope();
        scope.cancel();
        await scope.run(() =>
          shield(async () => {
            events.push(await tg.start<string>((status) => sleep(5).then(() => status.started("ready"))));
          }),
        );
      }),
    );

    expect(events).toEqual(["ready"]);
  });

  it("has the task of a nested cancelled scope cancelled with it", async () => {
    const events: string[] = [];

    const scope = new CancelScope();
    scope.cancel();
    await virtually(() =>
      withTaskGroup((tg) =>
        scope.run(() =>
          new CancelScope().run(() =>
            tg.start(() => sleepForever().catch((error: CancelledError) => void events.push(error.source))),
          ),
        ),
      ).catch((error: unknown) => events.push((error as Error).name)),
    );

    expect(events).toEqual(["cancel", "InvalidStateError"]);
  });

  it("has the task struck once it is ready, where the group is the cancelled one", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (outer) => {
        await withTaskGroup(async (tg) => {
          outer.startSoon(async () => {
            tg.cancel();
            await tg.start(async (status) => {
              await sleep(5);
              events.push(`prepared at ${currentTime()}`);
              status.started();
              await sleep(5).finally(() => events.push(`struck at ${currentTime()}`));
            });
            events.push("ready");
          });
          await sleep(1).catch(() => {});
        });
      }),
    );

    expect(events.toSorted()).toEqual(["prepared at 5", "ready", "struck at 5"]);
  });
});

describe("start, cancelled while waiting", () => {
  it("cancels the task, waits for it and rejects", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        await moveOnAfter(5, () =>
          tg.start(() =>
            untilCancelled(async () => {
              await shield(() => sleep(10));
              events.push(`task at ${currentTime()}`);
            }),
          ),
        );
        events.push(`moved on at ${currentTime()}`);
      }),
    );

    expect(events).toEqual(["task at 15", "moved on at 15"]);
  });

  it("is out of reach in a shield", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup((tg) =>
        moveOnAfter(5, () =>
          shield(async () => {
            await tg.start(async (status) => {
              await sleep(10);
              status.started();
            });
            events.push(`ready at ${currentTime()}`);
          }),
        ),
      ),
    );

    expect(events).toEqual(["ready at 10"]);
  });

  it("cancels the task together with an outer scope", async () => {
    const events: string[] = [];

    await virtually(() =>
      moveOnAfter(5, () =>
        withTaskGroup((tg) =>
          new CancelScope().run(() => tg.start(() => untilCancelled(() => events.push(`task at ${currentTime()}`)))),
        ),
      ),
    );

    expect(events).toEqual(["task at 5"]);
  });

  it("leaves the task alone when the group is cancelled and the caller is not", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (outer) => {
        await withTaskGroup(async (tg) => {
          outer.startSoon(async () => {
            await tg.start(async (status) => {
              await sleep(10);
              events.push(`prepared at ${currentTime()}`);
              status.started();
            });
          });
          await sleep(5);
          tg.cancel();
        });
        events.push(`group at ${currentTime()}`);
      }),
    );

    expect(events).toEqual(["prepared at 10", "group at 10"]);
  });

  it("throws what the task's cleanup throws", async () => {
    const failure = new Error("failure");

    const error = await virtually(() =>
      rejection(
        withTaskGroup((tg) =>
          moveOnAfter(5, () =>
            tg.start(() =>
              untilCancelled(() => {
                throw failure;
              }),
            ),
          ),
        ),
      ),
    );

    expect(error).toBe(failure);
  });

  it("resolves where the task swallows the cancellation and is ready after all", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup((tg) =>
        moveOnAfter(5, async () => {
          const value = await tg.start<string>(async (status) => {
            await sleepForever().catch(() => {});
            status.started("ready");
            await sleep(10);
            events.push(`task at ${currentTime()}`);
          });
          events.push(`${value} at ${currentTime()}`);
        }),
      ),
    );

    expect(events).toEqual(["ready at 5", "task at 15"]);
  });

  it("ends the task with the scope in which nobody awaits it", mayLeak, async () => {
    const events: string[] = [];

    const unhandled = await unhandledBy(() =>
      virtually(async () => {
        await withTaskGroup(async (tg) => {
          await new CancelScope().run(() => {
            void tg.start(() => untilCancelled(() => events.push("task")));
          });
          events.push("scope");
        });
      }),
    );

    expect(events).toEqual(["task", "scope"]);
    expect(unhandled).toEqual([]);
  });
});

describe("start, cancelled in the same tick as started()", () => {
  it("resolves where the caller is cancelled right after it", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        const scope = new CancelScope();
        await scope.run(async () => {
          const value = await tg.start<string>(async (status) => {
            status.started("ready");
            scope.cancel();
            await sleep(5);
            events.push(`task at ${currentTime()}`);
          });
          events.push(value);
          await sleep(1).catch(() => events.push("struck at the next point"));
        });
      }),
    );

    expect(events).toEqual(["ready", "struck at the next point", "task at 5"]);
  });

  it("resolves where the caller is cancelled right before it", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        const scope = new CancelScope();
        await scope.run(async () => {
          const value = await tg.start<string>(async (status) => {
            scope.cancel();
            status.started("ready");
            await sleep(5);
            events.push(`task at ${currentTime()}`);
          });
          events.push(value);
        });
      }),
    );

    expect(events).toEqual(["ready", "task at 5"]);
  });

  it("resolves, and strikes the task, where the group is cancelled right after it", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        const value = await tg.start<string>(async (status) => {
          status.started("ready");
          tg.cancel();
          await sleep(5).finally(() => events.push(`struck at ${currentTime()}`));
        });
        events.push(value);
      }),
    );

    expect(events.toSorted()).toEqual(["ready", "struck at 0"]);
  });

  it("keeps the operations of a shield within the task going", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        await tg.start((status) =>
          shield(async () => {
            tg.cancel();
            status.started();
            await sleep(5);
            events.push(`task at ${currentTime()}`);
          }),
        );
        events.push("ready");
      }),
    );

    expect(events).toEqual(["ready", "task at 5"]);
  });

  it("moves what is nested in the task along with it", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        await moveOnAfter(5, async () => {
          await tg.start((status) =>
            withTaskGroup(async (inner) => {
              inner.startSoon(async () => {
                await sleep(10);
                events.push(`inner at ${currentTime()}`);
              });
              await waitAllTasksBlocked();
              status.started();
            }),
          );
          await sleepForever();
        });
        events.push(`moved on at ${currentTime()}`);
      }),
    );

    expect(events).toEqual(["moved on at 5", "inner at 10"]);
  });

  it("takes the deadlines of the group, and loses those of its caller", async () => {
    const deadlines: number[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        tg.cancelScope.deadline = 100;
        await moveOnAfter(5, () =>
          tg.start((status) => {
            deadlines.push(currentEffectiveDeadline());
            status.started();
            deadlines.push(currentEffectiveDeadline());
          }),
        );
      }),
    );

    expect(deadlines).toEqual([5, 100]);
  });
});

describe("TASK_STATUS_IGNORED", () => {
  it("is told, and ignores it", async () => {
    const serve = async (status: TaskStatus<number> = TASK_STATUS_IGNORED): Promise<string> => {
      status.started(1);
      return "value";
    };

    expect(await serve()).toBe("value");
  });
});

describe("a scope of the task", () => {
  it("is the ambient one in the task", async () => {
    await virtually(() =>
      withTaskGroup(async (tg) => {
        const handle = tg.startSoon(async () => {
          currentScope().cancel("itself");
          await sleep(1);
        });
        await handle.wait();
        expect(handle.status).toBe("cancelled");
      }),
    );
  });
});
