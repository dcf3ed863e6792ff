import { getCurrentTask, getRunningTasks, sleep } from "@anyio/core";
import { amap, gather, withTaskGroup } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "Tasks, and waiting for them";

export async function tell(say: Narrator): Promise<void> {
  say.about("Tasks are started in a group. The group returns when all of them have ended, and not before.");

  say.part("withTaskGroup");
  await withTaskGroup(async (tg) => {
    tg.startSoon(() => download(say, "a.zip", 60));
    tg.startSoon(() => download(say, "b.zip", 180));
    const report = tg.startSoon(() => download(say, "report.csv", 120));
    say.step("three tasks are started; none has begun");

    const bytes = await report.result();
    say.step(`the body asked one of them for its result: ${bytes} bytes. It ends here`);
  });
  say.step(`the group has returned; tasks left running: ${tasksStartedHere()}`);

  say.part("gather: several functions, their results in order");
  const [left, right] = await gather([() => download(say, "left.png", 100), () => download(say, "right.png", 50)]);
  say.step(`results: ${left} and ${right}`);

  say.part("amap: many items, two at a time");
  const sizes = await amap((name) => download(say, name, 80), ["1.txt", "2.txt", "3.txt", "4.txt"], { limit: 2 });
  say.step(`results: ${sizes.join(", ")}`);

  say.lesson(
    "Below the closing bracket nothing that was started inside is still running: no callback that fires later, no " +
      "request that outlives its caller. A function that uses a group looks like any other from outside.",
  );
}

async function download(say: Narrator, name: string, ms: number): Promise<number> {
  await sleep(ms);
  say.step(`${name} is here`);
  return name.length * 100;
}

function tasksStartedHere(): number {
  const { id } = getCurrentTask();
  return getRunningTasks().filter(({ parentId }) => parentId === id).length;
}
