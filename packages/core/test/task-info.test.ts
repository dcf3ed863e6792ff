import { describe, expect, it } from "vitest";
import {
  CancelScope,
  currentTime,
  getCurrentTask,
  getRunningTasks,
  run,
  sleep,
  sleepForever,
  type TaskInfo,
} from "@anyio/core";
import { currentScope, currentTask, Task, taskInfo } from "@anyio/core/lowlevel";
import { otherTasks } from "#support/other-tasks";
import { outside } from "#support/outside";
import { turn } from "#support/turn";
import { virtually } from "#support/virtual-clock";
import { mayLeak } from "#support/may-leak";

class Child extends Task {
  static start(name: string, fn: () => unknown): void {
    new Child(currentScope(), name).begin(fn);
  }

  protected override ended(): void {}
}

const named = (name: string): TaskInfo | undefined => getRunningTasks().find((task) => task.name === name);

// Taken before there is a test, which is a task.
const beforeAllRuns = getRunningTasks();

describe("getCurrentTask", () => {
  it("is a task called root outside every run", () => {
    expect(outside(getCurrentTask)).toMatchObject({ name: "root", parentId: null });
  });

  it("is the task of the run, with its name", () =>
    outside(() =>
      run(
        () => {
          expect(getCurrentTask()).toMatchObject({ name: "indexer", parentId: null, waitingFor: null });
        },
        { name: "indexer", signals: [] },
      ),
    ));

  it("has the name of main where none is given", async () => {
    async function serveAll(): Promise<string> {
      return getCurrentTask().name;
    }

    expect(await run(serveAll, { signals: [] })).toBe("serveAll");
  });

  it("stays the same across scopes and awaits", () =>
    run(
      async () => {
        const { id } = getCurrentTask();
        await sleep(0);
        await new CancelScope().run(async () => {
          await undefined;
          expect(getCurrentTask().id).toBe(id);
        });
      },
      { signals: [] },
    ));

  it("says since when, in ms of the run's clock", () =>
    virtually(async (clock) => {
      await clock.advance(100);
      const before = currentTime();
      await run(
        () => {
          expect(getCurrentTask().since).toBe(before);
        },
        { name: "inner" },
      );
    }));

  it("is a snapshot", () =>
    run(
      async () => {
        const before = getCurrentTask();
        await new CancelScope().run((scope) => {
          void sleepForever();
          expect(getCurrentTask().waitingFor).toBe("sleepForever()");
          scope.cancel();
        });

        expect(before.waitingFor).toBeNull();
      },
      { signals: [] },
    ));
});

describe("getRunningTasks", () => {
  it("is empty outside every run", () => {
    expect(beforeAllRuns).toEqual([]);
  });

  it("lists all that have begun and not ended, parents before children", mayLeak, () =>
    run(
      async () => {
        const main = getCurrentTask();
        await new CancelScope().run(async (scope) => {
          Child.start("parent", async () => {
            Child.start("child", () => sleepForever());
            await sleepForever();
          });
          Child.start("short", () => {});
          await turn();

          const [parent, child, ...others] = otherTasks();
          expect(parent).toMatchObject({ name: "parent", parentId: main.id, waitingFor: "sleepForever()" });
          expect(child).toMatchObject({ name: "child", parentId: parent?.id, waitingFor: "sleepForever()" });
          expect(others).toEqual([]);
          scope.cancel();
        });

        const names = getRunningTasks().map(({ name }) => name);
        expect(names.filter((name) => name === "main")).toHaveLength(1);
        expect(otherTasks()).toEqual([]);
      },
      { name: "main", signals: [] },
    ),
  );

  it("lists 150,000", () =>
    outside(() =>
      new CancelScope().run(() => {
        for (let i = 0; i < 150_000; i++) Child.start("one of many", () => {});

        expect(getRunningTasks().length).toBeGreaterThanOrEqual(150_000);
      }),
    ));

  it("gives every task an id of its own", () =>
    run(
      async () => {
        await new CancelScope().run(async (scope) => {
          for (let i = 0; i < 10; i++) Child.start("same name", () => sleepForever());
          await turn();
          const ids = [getCurrentTask(), ...otherTasks()].map(({ id }) => id);

          expect(new Set(ids).size).toBe(11);
          scope.cancel();
        });
      },
      { signals: [] },
    ));

  it("says what a task waits for: nothing of ours in a foreign await", () =>
    run(
      async () => {
        await new CancelScope().run(async (scope) => {
          Child.start("sleeper", () => sleep(60_000));
          Child.start("foreigner", () => new Promise((resolve) => scope.signal.addEventListener("abort", resolve)));
          await turn();

          expect(named("sleeper")?.waitingFor).toBe("sleep(60000)");
          expect(named("foreigner")?.waitingFor).toBeNull();
          scope.cancel();
        });
      },
      { signals: [] },
    ));
});

describe("currentTask", () => {
  it("remembers a task, of which taskInfo tells also when it has ended", async () => {
    const task = await run(() => currentTask(), { name: "server" });

    expect([task.label, taskInfo(task).name, taskInfo(task).id]).toEqual(["server", "server", task.id]);
  });

  it("is the same for the scopes of one task", async () => {
    const same = await run(() => {
      const outer = currentTask();
      return new CancelScope().run(() => currentTask() === outer);
    });

    expect(same).toBe(true);
  });
});
