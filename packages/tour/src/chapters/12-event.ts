import { EventEmitter, once } from "node:events";
import { abandonOnCancel, moveOnAfter, sleep } from "@anyio/core";
import { Event } from "@anyio/sync";
import { withTaskGroup } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "Event: it has happened";

const OPENING = 80;
/** When each guest arrives. */
const GUESTS = { Ada: 0, Bob: 40, Eve: 150 };

export async function tell(say: Narrator): Promise<void> {
  say.about(`A museum opens after ${OPENING} ms. Ada and Bob come early. Eve comes when it is open already.`);

  say.part("With an EventEmitter");
  const museum = new EventEmitter();
  await moveOnAfter(600, () =>
    withTaskGroup((tg) => {
      for (const [name, at] of Object.entries(GUESTS)) {
        tg.startSoon(() => visit(say, name, at, () => abandonOnCancel(once(museum, "open"))));
      }
      tg.startSoon(async () => {
        await sleep(OPENING);
        say.step("the doors open");
        museum.emit("open");
      });
    }),
  );
  say.step("Eve stands before open doors. What she listens for has been and gone; she is sent home");

  say.part("With an Event");
  const open = new Event();
  await withTaskGroup((tg) => {
    for (const [name, at] of Object.entries(GUESTS)) tg.startSoon(() => visit(say, name, at, () => open.wait()));
    tg.startSoon(async () => {
      await sleep(OPENING);
      say.step(`the doors open for ${open.statistics().tasksWaiting} who wait`);
      open.set();
    });
  });
  say.step(`all are in; isSet = ${open.isSet}, and stays so`);

  say.lesson(
    "Something that happens is missed by whoever looks away. An Event is a fact: who came before it waits, who comes after " +
      'it walks in, and nobody has to check first. Use it for "ready", "connected", "shutting down": anything that ' +
      "becomes true once.",
  );
}

async function visit(say: Narrator, name: string, at: number, opening: () => Promise<unknown>): Promise<void> {
  await sleep(at);
  say.step(`${name} arrives`);
  await opening();
  say.step(`${name} walks in`);
}
