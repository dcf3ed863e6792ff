import { describe, expect, it } from "vitest";
import {
  dumpTasks,
  getCurrentTask,
  getRunningTasks,
  moveOnAfter,
  shield,
  sleep,
  sleepForever,
  type TaskInfo,
  waitAllTasksBlocked,
} from "@anyio/core";
import { gather, race, withTaskGroup } from "@anyio/task-groups";
import { otherTasks } from "#support/other-tasks";
import { outside } from "#support/outside";
import { rejection } from "./support/rejections.js";
import { untilCancelled } from "./support/until-cancelled.js";
import { virtually } from "./support/virtual-clock.js";

function named(name: string): TaskInfo {
  const task = getRunningTasks().find((info) => info.name === name);
  if (task === undefined) throw new Error(`no task "${name}" is running`);
  return task;
}

/** A dump without numbers, which differ from run to run, without where tasks began, and without what comes before the last run: the file that is tested. */
function shapeOfDump(): string[] {
  return dumpTasks()
    .replaceAll(/ #\d+/g, "")
    .split("\n")
    .filter((line) => !/^[├│]/.test(line) && !/^[│ ]*at /.test(line));
}

function outsideVirtually(main: () => Promise<unknown>): Promise<unknown> {
  return outside(() => virtually(main));
}

describe("getRunningTasks", () => {
  it("lists a group's tasks after their parent, with what they wait for and since when", async () => {
    const infos: unknown[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        await sleep(5);
        tg.startSoon(() => sleep(10), { name: "sleeper" });
        await waitAllTasksBlocked();
        const { id } = getCurrentTask();
        const tasks = getRunningTasks();
        const parent = tasks.findIndex((task) => task.id === id);
        const child = tasks[parent + 1];
        infos.push(child?.parentId === id, child?.name, child?.waitingFor, child?.since, tasks.length - parent);
      }),
    );

    expect(infos).toEqual([true, "sleeper", "sleep(10)", 5, 2]);
  });

  it("lists a task until its cleanup has ended, and no longer", async () => {
    const names: string[][] = [];
    const list = (): unknown => names.push(otherTasks().map(({ name }) => name));

    await virtually(() =>
      withTaskGroup(async (tg) => {
        const handle = tg.startSoon(() => untilCancelled(() => shield(() => sleep(10))), { name: "child" });
        list();
        await sleep(1);
        handle.cancel();
        list();
        await handle.wait();
        list();
      }),
    );

    expect(names).toEqual([["child"], ["child"], []]);
  });

  it("tells what the caller of start() waits for", async () => {
    const waits: unknown[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        const serve = (): Promise<never> => sleepForever();
        tg.startSoon(() => tg.start(serve, { name: "server" }), { name: "caller" });
        await waitAllTasksBlocked();
        waits.push(named("caller").waitingFor, named("server").waitingFor);
        // Until it is ready the task belongs to its caller.
        waits.push(named("server").parentId === named("caller").id);
        tg.cancel();
      }),
    );

    expect(waits).toEqual(['task "server" to be ready', "sleepForever()", true]);
  });

  it("tells whose end is waited for", async () => {
    let waitingFor: unknown;

    await virtually(() =>
      withTaskGroup(async (tg) => {
        const worker = tg.startSoon(() => sleep(10), { name: "worker" });
        tg.startSoon(() => worker.wait(), { name: "waiter" });
        await waitAllTasksBlocked();
        ({ waitingFor } = named("waiter"));
      }),
    );

    expect(waitingFor).toBe('task "worker"');
  });
});

describe("getCurrentTask", () => {
  it("is the task that calls, in tasks and their groups", async () => {
    const names: string[] = [];

    await withTaskGroup((tg) => {
      tg.startSoon(
        async () => {
          names.push(getCurrentTask().name);
          await withTaskGroup((inner) => {
            names.push(getCurrentTask().name);
            inner.startSoon(() => void names.push(getCurrentTask().name), { name: "inner" });
          });
          names.push(getCurrentTask().name);
        },
        { name: "outer" },
      );
    });

    expect(names).toEqual(["outer", "outer", "inner", "outer"]);
  });
});

describe("dumpTasks", () => {
  it("shows groups as a tree, like siblings as one line", async () => {
    let dump: string[] = [];

    await outsideVirtually(() =>
      withTaskGroup(async (tg) => {
        const crew = async (): Promise<unknown> =>
          withTaskGroup((inner) => {
            for (let i = 0; i < 3; i++) inner.startSoon(() => sleep(100 + i), { name: `worker ${i}` });
          });
        tg.startSoon(crew);
        await waitAllTasksBlocked();
        dump = shapeOfDump();
      }),
    );

    expect(dump).toEqual([
      "root, outside every task",
      "└─ main, 0 ms, running, or awaiting a foreign promise",
      "   └─ crew, 0 ms, waiting for 3 tasks",
      "      └─ worker 0 … (3 tasks), 0 ms, waiting for sleep(100)",
    ]);
  });

  it("shows deadlines, cancellation and shields of tasks", async () => {
    let dump: string[] = [];

    await outsideVirtually(() =>
      withTaskGroup(async (tg) => {
        tg.startSoon(() => moveOnAfter(2000, () => sleepForever()), { name: "hurried" });
        const cleaner = tg.startSoon(() => untilCancelled(() => shield(() => sleep(50))), { name: "cleaner" });
        await sleep(1);
        cleaner.cancel();
        await waitAllTasksBlocked();
        dump = shapeOfDump();
        tg.cancel();
      }),
    );

    expect(dump.slice(2)).toEqual([
      "   ├─ hurried, 1 ms, waiting for sleepForever(), deadline in 2.0 s",
      "   └─ cleaner, 1 ms, waiting for sleep(50), shielded",
    ]);
  });

  it("shows the tasks of combinators", async () => {
    let dump = "";

    await virtually(() =>
      rejection(
        withTaskGroup(async (tg) => {
          async function fetchUser(): Promise<void> {
            await sleep(10);
          }
          tg.startSoon(() => gather([fetchUser, () => race([fetchUser])]), { name: "page" });
          await waitAllTasksBlocked();
          dump = dumpTasks();
          throw new Error("enough");
        }),
      ),
    );

    expect(dump.match(/fetchUser #\d+/g)).toHaveLength(2);
  });
});
