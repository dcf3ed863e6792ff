import { describe, expect, it } from "vitest";
import {
  CancelledError,
  CancelScope,
  currentTime,
  InvalidStateError,
  moveOnAfter,
  shield,
  sleep,
  sleepForever,
} from "@anyio/core";
import {
  TaskCancelledError,
  type TaskGroup,
  TaskHandle,
  TaskNotFinishedError,
  withTaskGroup,
} from "@anyio/task-groups";
import { rejection, unhandledBy } from "./support/rejections.js";
import { untilCancelled } from "./support/until-cancelled.js";
import { virtually } from "./support/virtual-clock.js";
import { skipExplored } from "#support/explored";

/** Calls `fn` in a group on a virtual clock, and swallows what the group throws. */
async function inGroup(fn: (tg: TaskGroup) => Promise<void>): Promise<void> {
  await virtually(() => withTaskGroup(fn).catch(() => {}));
}

function fail(): never {
  throw new Error("failure");
}

describe("TaskHandle", () => {
  it("is no thenable: returning one from an async function does not await the task", async () => {
    await inGroup(async (tg) => {
      const start = async (): Promise<TaskHandle<void>> => tg.startSoon(() => sleep(10));

      const handle = await start();

      expect(handle).toBeInstanceOf(TaskHandle);
      expect(handle.status).toBe("pending");
    });
  });

  it("tells the states of a task that finishes", async () => {
    const events: string[] = [];

    await inGroup(async (tg) => {
      const handle = tg.startSoon(() => sleep(10));
      events.push(handle.status);
      await sleep(5);
      events.push(handle.status);
      await handle.wait();
      events.push(handle.status);
    });

    expect(events).toEqual(["pending", "pending", "finished"]);
  });

  it("tells the states of a task that is cancelled", async () => {
    const events: string[] = [];

    await inGroup(async (tg) => {
      const handle = tg.startSoon(() => untilCancelled(() => shield(() => sleep(10))));
      handle.cancel();
      events.push(handle.status);
      await sleep(5);
      events.push(handle.status);
      await handle.wait();
      events.push(handle.status);
    });

    expect(events).toEqual(["cancelling", "cancelling", "cancelled"]);
  });

  it("tells the states of a task that is cancelled with its group", async () => {
    const events: string[] = [];

    await inGroup(async (tg) => {
      const handle = tg.startSoon(() => sleepForever());
      tg.cancel();
      events.push(handle.status);
      await shield(() => handle.wait());
      events.push(handle.status);
    });

    expect(events).toEqual(["cancelling", "cancelled"]);
  });

  it("is finished where the task swallowed its cancellation", async () => {
    await inGroup(async (tg) => {
      const handle = tg.startSoon(() => sleepForever().catch(() => "value"));
      await sleep(1);

      handle.cancel();
      await handle.wait();

      expect(handle.status).toBe("finished");
      expect(handle.returnValue).toBe("value");
    });
  });

  it("is failed where the task's cleanup failed", async () => {
    let handle: TaskHandle<never> | undefined;

    await inGroup(async (tg) => {
      handle = tg.startSoon(() => untilCancelled(fail));
      await sleep(1);
      handle.cancel();
    });

    expect(handle?.status).toBe("failed");
    expect(handle?.error).toHaveProperty("message", "failure");
  });

  it("stays as it is when cancelled after the end", async () => {
    await inGroup(async (tg) => {
      const handle = tg.startSoon(() => "value");
      await handle.wait();

      handle.cancel();

      expect(handle.status).toBe("finished");
      expect(await handle.result()).toBe("value");
    });
  });
});

describe("returnValue and error", () => {
  it("throw TaskNotFinishedError before the end", async () => {
    await inGroup(async (tg) => {
      const handle = tg.startSoon(() => sleep(1), { name: "sleeper" });

      expect(() => handle.returnValue).toThrow(TaskNotFinishedError);
      expect(() => handle.error).toThrow(/task "sleeper" has not finished; .+/);
    });
  });

  it("are the value and undefined when the task finished", async () => {
    await inGroup(async (tg) => {
      const handle = tg.startSoon(() => 1);
      await handle.wait();

      expect(handle.returnValue).toBe(1);
      expect(handle.error).toBeUndefined();
    });
  });

  it("throw TaskCancelledError when the task was cancelled, with the cancellation as cause", async () => {
    await inGroup(async (tg) => {
      const handle = tg.startSoon(() => sleepForever(), { name: "sleeper" });
      handle.cancel("enough");
      await handle.wait();

      expect(() => handle.returnValue).toThrow(TaskCancelledError);
      expect(() => handle.error).toThrow(/task "sleeper" was cancelled and has no result; .+/);
      const error = await rejection(handle.result());
      expect(error).toMatchObject({ code: "ERR_ANYIO_TASK_CANCELLED", taskName: "sleeper" });
      expect(error).toHaveProperty("cause.reason", "enough");
    });
  });

  it("throw the task's own error, and are it, when the task failed", async () => {
    const failure = new Error("failure");
    let handle: TaskHandle<never> | undefined;

    await inGroup(async (tg) => {
      handle = tg.startSoon(() => {
        throw failure;
      });
    });

    expect(() => handle?.returnValue).toThrow(failure);
    expect(handle?.error).toBe(failure);
  });

  it("tell of an error that is undefined", async () => {
    let handle: TaskHandle<never> | undefined;

    await inGroup(async (tg) => {
      handle = tg.startSoon(() => {
        throw undefined;
      });
    });

    expect(handle?.status).toBe("failed");
  });
});

describe("startValue", () => {
  it("is what the task was ready with", async () => {
    await inGroup(async (tg) => {
      const handle = await tg.start<string, number>(
        async (status) => {
          status.started("ready");
          return 1;
        },
        { returnHandle: true },
      );

      expect(handle.startValue).toBe("ready");
      expect(await handle.result()).toBe(1);
    });
  });

  it("is undefined where the task was ready without a value", async () => {
    await inGroup(async (tg) => {
      const handle = await tg.start<void, void>(async (status) => status.started(), { returnHandle: true });

      expect(handle.startValue).toBeUndefined();
    });
  });

  it("throws for a task that was started by startSoon()", async () => {
    await inGroup(async (tg) => {
      const handle = tg.startSoon(() => 1);

      expect(() => handle.startValue).toThrow(InvalidStateError);
    });
  });
});

describe("wait", () => {
  it("waits for the end whatever it is", async () => {
    const events: string[] = [];

    await inGroup(async (tg) => {
      const [finishes, cancelled] = [tg.startSoon(() => sleep(10)), tg.startSoon(() => sleepForever())];
      await finishes.wait();
      events.push(`finished at ${currentTime()}`);
      cancelled.cancel();
      await cancelled.wait();
      events.push(`cancelled at ${currentTime()}`);
    });

    expect(events).toEqual(["finished at 10", "cancelled at 10"]);
  });

  it("resolves for a failed task", async () => {
    const events: string[] = [];

    await inGroup(async (tg) => {
      await tg.startSoon(fail).wait();
      events.push("waited");
    });

    expect(events).toEqual(["waited"]);
  });

  it("wakes all who wait, in order", async () => {
    skipExplored("who is ready goes on in an order that the seed chooses");
    const events: string[] = [];

    await inGroup(async (tg) => {
      const handle = tg.startSoon(() => sleep(10));
      for (const name of ["a", "b", "c"]) tg.startSoon(() => handle.wait().then(() => events.push(name)));
    });

    expect(events).toEqual(["a", "b", "c"]);
  });

  it("ends by a cancellation of the one who waits, and not the task", async () => {
    const events: string[] = [];

    await inGroup(async (tg) => {
      const handle = tg.startSoon(() => sleep(10));
      await moveOnAfter(5, () => handle.wait());
      events.push(`${handle.status} at ${currentTime()}`);
      await handle.wait();
      events.push(`${handle.status} at ${currentTime()}`);
    });

    expect(events).toEqual(["pending at 5", "finished at 10"]);
  });

  it("is a cancellation point, also for a task that has ended", async () => {
    await inGroup(async (tg) => {
      const handle = tg.startSoon(() => 1);
      await handle.wait();
      const scope = new CancelScope();

      scope.cancel();
      const errors = await scope.run(async () => [await rejection(handle.wait()), await rejection(handle.result())]);

      expect(errors).toEqual([expect.any(CancelledError), expect.any(CancelledError)]);
    });
  });

  it("waits from outside the group", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (outer) => {
        await withTaskGroup(async (tg) => {
          const handle = tg.startSoon(() => sleep(10).then(() => "value"));
          outer.startSoon(async () => void events.push(await handle.result()));
        });
      }),
    );

    expect(events).toEqual(["value"]);
  });
});

describe("result", () => {
  it("resolves with what the task returned", async () => {
    await inGroup(async (tg) => {
      expect(await tg.startSoon(() => sleep(10).then(() => "value")).result()).toBe("value");
    });
  });

  it("rejects with the task's own error, also for those who wait in the same group", async () => {
    const failure = new Error("failure");
    const caught: unknown[] = [];

    await inGroup(async (tg) => {
      const handle = tg.startSoon(async () => {
        await sleep(1);
        throw failure;
      });
      tg.startSoon(async () => void caught.push(await rejection(handle.result())));
      caught.push(await rejection(handle.result()));
    });

    expect(caught).toEqual([failure, failure]);
  });

  it("does not save the group from the failure", async () => {
    const failure = new Error("failure");

    const error = await rejection(
      withTaskGroup(async (tg) => {
        const handle = tg.startSoon(() => {
          throw failure;
        });
        await rejection(handle.result());
        return "value";
      }),
    );

    expect(error).toBe(failure);
  });

  it("may be asked for and awaited by nobody", async () => {
    const unhandled = await unhandledBy(() =>
      inGroup(async (tg) => {
        const failing = tg.startSoon(fail);
        void failing.result();
        void failing.wait();
        const cancelled = tg.startSoon(() => sleepForever());
        cancelled.cancel();
        void cancelled.result();
      }),
    );

    expect(unhandled).toEqual([]);
  });
});

describe("cancel", () => {
  it("cancels the task alone, and the group goes on", async () => {
    const events: string[] = [];

    const value = await virtually(() =>
      withTaskGroup(async (tg) => {
        const handle = tg.startSoon(() => untilCancelled(() => events.push(`cancelled at ${currentTime()}`)));
        tg.startSoon(() => sleep(10).then(() => events.push(`sibling at ${currentTime()}`)));
        await sleep(1);
        handle.cancel();
        await sleep(20);
        return "value";
      }),
    );

    expect(value).toBe("value");
    expect(events).toEqual(["cancelled at 1", "sibling at 10"]);
  });

  it("before the task has begun lets it run to its first cancellation point", async () => {
    const events: string[] = [];

    await inGroup(async (tg) => {
      const handle = tg.startSoon(async () => {
        events.push("begins");
        await sleep(1).finally(() => events.push("cleans up"));
      });
      handle.cancel();
      await handle.wait();
      events.push(handle.status);
    });

    expect(events).toEqual(["begins", "cleans up", "cancelled"]);
  });

  it("at completion leaves the result in place", async () => {
    await inGroup(async (tg) => {
      const handle = tg.startSoon(async () => {
        await sleep(1);
        handle.cancel();
        return "value";
      });

      expect(await handle.result()).toBe("value");
      expect(handle.status).toBe("finished");
    });
  });

  it("takes effect before it returns, and keeps the first reason", async () => {
    const events: unknown[] = [];

    await inGroup(async (tg) => {
      const handle = tg.startSoon(() => sleepForever().catch((error: CancelledError) => events.push(error.reason)));
      await sleep(1);
      handle.cancel("first");
      handle.cancel("second");
      events.push(handle.status);
    });

    expect(events).toEqual(["cancelling", "first"]);
  });

  it("reaches everything in the task: its groups and their tasks", async () => {
    const events: string[] = [];

    await inGroup(async (tg) => {
      const handle = tg.startSoon(() =>
        withTaskGroup((inner) => {
          inner.startSoon(() => untilCancelled(() => events.push("inner")));
        }),
      );
      await sleep(1);
      handle.cancel();
      await handle.wait();
      events.push(handle.status);
    });

    expect(events).toEqual(["inner", "cancelled"]);
  });
});

describe("a handle as a resource", () => {
  it("is closed by cancelling its task and waiting for it", async () => {
    const events: string[] = [];

    await inGroup(async (tg) => {
      const handle = tg.startSoon(() => untilCancelled(() => shield(() => sleep(10))));
      await sleep(1);
      await handle[Symbol.asyncDispose]();
      events.push(`${handle.status} at ${currentTime()}`);
    });

    expect(events).toEqual(["cancelled at 11"]);
  });

  it("may be closed again, and after the task's end", async () => {
    await inGroup(async (tg) => {
      const handle = tg.startSoon(() => "value");
      await handle.wait();

      await handle[Symbol.asyncDispose]();
      await handle[Symbol.asyncDispose]();

      expect(handle.status).toBe("finished");
    });
  });

  it("closes in any order, from any task", async () => {
    const events: string[] = [];

    await inGroup(async (tg) => {
      const serve = (name: string): Promise<TaskHandle<unknown, string>> =>
        tg.start<string>(
          (status) => {
            status.started(name);
            return untilCancelled(() => events.push(name));
          },
          { returnHandle: true },
        );
      const [a, b, c] = [await serve("a"), await serve("b"), await serve("c")];
      await b[Symbol.asyncDispose]();
      await tg.startSoon(() => a[Symbol.asyncDispose]()).wait();
      await c[Symbol.asyncDispose]();
    });

    expect(events).toEqual(["b", "a", "c"]);
  });

  it("does not throw the error of a task that failed: its group does", async () => {
    const failure = new Error("failure");
    const events: string[] = [];

    const error = await virtually(() =>
      rejection(
        withTaskGroup(async (tg) => {
          const handle = tg.startSoon(() =>
            untilCancelled(() => {
              throw failure;
            }),
          );
          await sleep(1);
          await handle[Symbol.asyncDispose]();
          events.push("closed");
        }),
      ),
    );

    expect(error).toBe(failure);
    expect(events).toEqual(["closed"]);
  });

  it("is closed in a cancelled scope too, without waiting", async () => {
    const events: string[] = [];

    await inGroup(async (tg) => {
      const handle = tg.startSoon(() => untilCancelled(() => shield(() => sleep(10))));
      await sleep(1);
      const scope = new CancelScope();
      scope.cancel();
      await scope.run(() => handle[Symbol.asyncDispose]());
      events.push(`${handle.status} at ${currentTime()}`);
      await handle.wait();
      events.push(`${handle.status} at ${currentTime()}`);
    });

    expect(events).toEqual(["cancelling at 1", "cancelled at 11"]);
  });

  it("stops waiting once it is cancelled while closing, and the group waits instead", async () => {
    const events: string[] = [];

    await virtually(async () => {
      await withTaskGroup(async (tg) => {
        const handle = tg.startSoon(() => untilCancelled(() => shield(() => sleep(10))));
        await sleep(1);
        await moveOnAfter(5, async () => {
          await handle[Symbol.asyncDispose]();
          events.push(`closed at ${currentTime()}`);
        });
      });
      events.push(`group at ${currentTime()}`);
    });

    expect(events).toEqual(["closed at 6", "group at 11"]);
  });

  it("may be closed by its own task", async () => {
    const events: string[] = [];

    await inGroup(async (tg) => {
      const handle: TaskHandle<void> = tg.startSoon(async () => {
        await handle[Symbol.asyncDispose]();
        events.push("closed");
      });
    });

    expect(events).toEqual(["closed"]);
  });
});
