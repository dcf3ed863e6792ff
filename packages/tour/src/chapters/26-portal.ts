import { once } from "node:events";
import { type MessagePort, Worker } from "node:worker_threads";
import { abandonOnCancel, sleep } from "@anyio/core";
import { Event, Future } from "@anyio/sync";
import { startBlockingPortal, withBlockingPortal } from "@anyio/threads";
import type { Narrator } from "../narrator.js";

export const title = "Portals: from synchronous code to an event loop";

const TEMPLATE = "Dear {customer}, your {thing} leaves on {day}.";
const HOLE = /\{(\w+)\}/g;

/** What the thread of this chapter may call. */
export type Handlers = {
  readonly lookUp: (name: string) => Promise<string>;
  readonly print: (text: string) => void;
};

export async function tell(say: Narrator): Promise<void> {
  say.about(
    "A letter has holes. String.replaceAll() calls a function for each, and needs the text at once: it knows no await, like " +
      "much that is older than promises, or was never meant to wait. But what belongs there takes 50 ms to look up.",
  );

  say.part("replaceAll() with an async function");
  say.step(TEMPLATE.replaceAll(HOLE, (_, name: string) => String(lookUp(name))));

  say.part("In a thread of one's own, which asks through a portal");
  const handlers: Handlers = {
    lookUp: (name) => {
      say.step(`${name} is looked up`);
      return lookUp(name);
    },
    print: (text) => say.step(`thread: ${text}`),
  };
  await withBlockingPortal(handlers, async ({ port }) => {
    await abandonOnCancel(once(startThread(port), "exit"));
  });

  say.part("A portal that is closed while the thread waits");
  const isAsked = new Event();
  const slow: Handlers = {
    ...handlers,
    lookUp: async () => {
      isAsked.set();
      await sleep(Infinity);
      return "";
    },
  };
  const lastWords = new Future<string>();
  await withBlockingPortal(slow, async ({ port }) => {
    startThread(port).once("message", (text: string) => lastWords.setResult(text));
    await isAsked.wait();
    say.step("the thread waits; the portal is closed");
  });
  say.step(`thread: ${await lastWords.wait()}`);

  say.part("A synchronous program");
  writeLetter(say);

  say.lesson(
    "A thread may block where the event loop must not. Through a portal it calls an async function and gets its result, or " +
      "its error, like that of any other; and when nobody is there any more it is told, and not left hanging. A program that " +
      "has no event loop starts one beside itself: its own thread stands still for as long as a call takes.",
  );
}

/** It goes to a thread as text, so it uses nothing from outside. */
async function lookUp(name: string): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return { customer: "Ada", thing: "umbrella", day: "Monday" }[name] ?? "?";
}

function startThread(port: MessagePort): Worker {
  return new Worker(new URL("./fill-in.js", import.meta.url), {
    workerData: { port, template: TEMPLATE },
    transferList: [port],
  });
}

/** There is no await in here: it could be a program of its own. */
function writeLetter(say: Narrator): void {
  using portal = startBlockingPortal();
  say.step(TEMPLATE.replaceAll(HOLE, (_, name: string) => portal.call(lookUp, [name])));
  const tasks = ["customer", "thing", "day"].map((name) => portal.startTaskSoon(lookUp, [name]));
  say.step(`all at once: ${tasks.map((task) => task.result()).join(", ")}`);
}
