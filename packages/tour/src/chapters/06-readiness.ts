import { sleep, sleepForever } from "@anyio/core";
import { type TaskStatus, withTaskGroup } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "Readiness, and services";

export async function tell(say: Narrator): Promise<void> {
  say.about(
    "start() waits until a task says that it is ready, and hands over what it is ready with. A service is a task that does " +
      "not keep its group open.",
  );

  say.part("A server and a heartbeat, for as long as there are requests");
  await withTaskGroup(async (tg) => {
    const port = await tg.start<number>((status) => serve(say, status), { service: true, name: "server" });
    say.step(`start() has returned: the server is ready on port ${port}`);
    tg.startSoon(() => beat(say), { service: true, name: "heartbeat" });

    await request(say, port, "/a");
    await request(say, port, "/b");
    say.step("no more requests: the body ends, and the services are ended, the last one first");
  });
  say.step("the group has returned");

  say.part("A server that cannot start");
  await withTaskGroup(async (tg) => {
    try {
      await tg.start(failToServe, { name: "server" });
    } catch (error) {
      say.step(`start() has thrown: ${(error as Error).message}`);
    }
  });
  say.step("the group is unharmed: the error went to whoever waited for the server");

  say.lesson(
    "No polling until a port answers, no sleep in the hope that a second is enough; and heartbeats, reapers and metrics " +
      "end by themselves when the work they serve is done.",
  );
}

async function serve(say: Narrator, status: TaskStatus<number>): Promise<void> {
  say.step("server: binding");
  await sleep(80);
  status.started(8080);
  try {
    await sleepForever();
  } finally {
    say.step("server: closed");
  }
}

async function failToServe(): Promise<void> {
  await sleep(40);
  throw new Error("port 8080 is in use");
}

async function beat(say: Narrator): Promise<void> {
  try {
    for (;;) {
      say.step("heartbeat");
      await sleep(70);
    }
  } finally {
    say.step("heartbeat: stopped");
  }
}

async function request(say: Narrator, port: number, path: string): Promise<void> {
  await sleep(100);
  say.step(`GET localhost:${port}${path}: 200`);
}
