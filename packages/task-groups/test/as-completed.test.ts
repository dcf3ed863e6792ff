import { describe, expect, it } from "vitest";
import {
  CancelledError,
  CancelScope,
  currentTime,
  moveOnAfter,
  shield,
  sleep,
  sleepForever,
  waitAllTasksBlocked,
} from "@anyio/core";
import { asCompleted, type TaskHandle, withTaskGroup } from "@anyio/task-groups";
import { otherTasks } from "#support/other-tasks";
import { rejection } from "./support/rejections.js";
import { untilCancelled } from "./support/until-cancelled.js";
import { virtually } from "./support/virtual-clock.js";
import { skipExplored } from "#support/explored";

function sleepers(...times: number[]): (() => Promise<number>)[] {
  return times.map((ms) => () => sleep(ms).then(() => ms));
}

describe("asCompleted", () => {
  it("hands over the tasks in the order in which they finish, as they do", async () => {
    const events: string[] = [];

    await virtually(() =>
      asCompleted(sleepers(30, 10, 20), async (completions) => {
        for await (const task of completions) events.push(`${task.returnValue} at ${currentTime()}`);
        events.push("all");
      }),
    );

    expect(events).toEqual(["10 at 10", "20 at 20", "30 at 30", "all"]);
  });

  it("keeps the order of those that finish while nobody asks", async () => {
    const order: number[] = [];

    await virtually(() =>
      asCompleted(sleepers(3, 1, 2), async (completions) => {
        await sleep(10);
        for await (const task of completions) order.push(task.returnValue);
      }),
    );

    expect(order).toEqual([1, 2, 3]);
  });

  it("resolves with what its callback returns", async () => {
    const value = await asCompleted([() => 1], async (completions) => {
      const { value: task } = (await completions.next()) as IteratorYieldResult<TaskHandle<number>>;
      return task.returnValue + 1;
    });

    expect(value).toBe(2);
  });

  it("ends at once for nothing", async () => {
    const events: string[] = [];

    const value = await asCompleted([], async (completions) => {
      for await (const _ of completions) events.push("task");
      return "value";
    });

    expect(value).toBe("value");
    expect(events).toEqual([]);
  });

  it("cancels and joins the rest when it is left early", async () => {
    const events: string[] = [];

    const value = await virtually(async () => {
      const first = await asCompleted(
        [
          () => sleep(10),
          () => untilCancelled(() => shield(() => sleep(10)).then(() => events.push(`joined at ${currentTime()}`))),
        ],
        async (completions) => {
          for await (const task of completions) return task.status;
          return "nothing";
        },
      );
      events.push(`left at ${currentTime()}`);
      return first;
    });

    expect(value).toBe("finished");
    expect(events).toEqual(["joined at 20", "left at 20"]);
    expect(otherTasks()).toEqual([]);
  });

  it("goes on with its callback when only the loop is left", async () => {
    const events: string[] = [];

    await virtually(() =>
      asCompleted(sleepers(1, 50), async (completions) => {
        for await (const task of completions) {
          events.push(`${task.returnValue}`);
          break;
        }
        await sleep(10);
        events.push(`callback at ${currentTime()}`);
      }),
    );

    expect(events).toEqual(["1", "callback at 11"]);
  });

  it("cancels the rest on the first failure, and throws it", async () => {
    const failure = new Error("failure");
    const events: string[] = [];

    const error = await virtually(() =>
      rejection(
        asCompleted(
          [
            ...sleepers(1),
            () => sleep(5).then(() => Promise.reject(failure)),
            () => untilCancelled(() => events.push("rest")),
          ],
          async (completions) => {
            for await (const task of completions) events.push(task.status);
            events.push("all");
          },
        ),
      ),
    );

    expect(error).toBe(failure);
    expect(events).toEqual(["finished", "rest"]);
  });

  it("cancels the tasks when its callback fails, and throws that error", async () => {
    const failure = new Error("failure");
    const events: string[] = [];

    const error = await rejection(
      asCompleted([() => untilCancelled(() => events.push("cancelled"))], () => Promise.reject(failure)),
    );

    expect(error).toBe(failure);
    expect(events).toEqual(["cancelled"]);
  });

  it("throws what the cleanup of the rest throws when it is left early", async () => {
    const failure = new Error("cleanup");

    const error = await virtually(() =>
      rejection(asCompleted([() => untilCancelled(() => Promise.reject(failure))], () => sleep(1))),
    );

    expect(error).toBe(failure);
  });

  it("ends each of several loops, also where tasks finish at one time", async () => {
    const events: string[] = [];

    await virtually(() =>
      asCompleted(sleepers(1, 1, 1), (completions) =>
        withTaskGroup((tg) => {
          for (const name of ["a", "b", "c"]) {
            tg.startSoon(async () => {
              for await (const task of completions) events.push(`${task.returnValue}`);
              events.push(`${name} ends`);
            });
          }
        }),
      ),
    );

    expect(events.toSorted()).toEqual(["1", "1", "1", "a ends", "b ends", "c ends"]);
  });

  it("keeps a task for the next who asks where a loop is cancelled as it takes it", async () => {
    const taken: string[] = [];

    await asCompleted([() => "a", () => "b"], async (completions) => {
      await waitAllTasksBlocked();
      await new CancelScope().run(async (scope) => {
        scope.cancel();
        await completions.next();
      });
      for await (const task of completions) taken.push(task.returnValue);
    });

    expect(taken.toSorted()).toEqual(["a", "b"]);
  });

  it("gives each task to one of several loops", async () => {
    const events: string[] = [];

    await virtually(() =>
      asCompleted(sleepers(1, 2, 3, 4), (completions) =>
        withTaskGroup((tg) => {
          for (const name of ["a", "b"]) {
            tg.startSoon(async () => {
              for await (const task of completions) events.push(`${name} ${task.returnValue}`);
            });
          }
        }),
      ),
    );

    expect(events.map((event) => Number(event.at(-1)))).toEqual([1, 2, 3, 4]);
    expect(events.map((event) => event[0])).toEqual(events[0] === "a 1" ? ["a", "b", "a", "b"] : ["b", "a", "b", "a"]);
  });

  it("loses no task to a wait that is cancelled", async () => {
    const events: unknown[] = [];

    await virtually(() =>
      asCompleted(sleepers(10, 20), async (completions) => {
        await moveOnAfter(5, () => completions.next());
        for await (const task of completions) events.push(task.returnValue);
      }),
    );

    expect(events).toEqual([10, 20]);
  });

  it("throws an outer cancellation", async () => {
    const events: string[] = [];

    await virtually(() =>
      moveOnAfter(5, async () => {
        await asCompleted([() => sleepForever()], async (completions) => {
          for await (const _ of completions) events.push("task");
        });
        events.push("after");
      }),
    );

    expect(events).toEqual([]);
  });

  it("enters in a cancelled scope, where waiting for a completion is refused", async () => {
    const scope = new CancelScope();
    scope.cancel();

    const value = await scope.run(() =>
      asCompleted([() => 1], async (completions) => {
        expect(await rejection(completions.next())).toBeInstanceOf(CancelledError);
        return "value";
      }),
    );

    expect(value).toBe("value");
  });

  it("refuses promises before it has called any function", async () => {
    const events: string[] = [];

    const error = await rejection(
      asCompleted([() => void events.push("called"), Promise.resolve(1)] as never, () => events.push("callback")),
    );

    expect(error).toBeInstanceOf(TypeError);
    expect(events).toEqual([]);
  });

  it("hands over 10,000", async () => {
    skipExplored("so many under so many schedules take minutes");
    const order: number[] = [];

    await virtually(() =>
      asCompleted(sleepers(...Array.from({ length: 10_000 }, (_, i) => 10_000 - i)), async (completions) => {
        await sleep(20_000);
        for await (const task of completions) order.push(task.returnValue);
      }),
    );

    expect(order).toEqual(Array.from({ length: 10_000 }, (_, i) => i + 1));
  });
});
