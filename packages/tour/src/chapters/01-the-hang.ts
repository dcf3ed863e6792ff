import { abandonOnCancel, moveOnAfter, sleepForever } from "@anyio/core";
import type { Narrator } from "../narrator.js";

export const title = "The hang";

const LIMIT = 300;
const PATIENCE = 1_500;

export async function tell(say: Narrator): Promise<void> {
  say.about(
    `A download tries three mirrors, one after the other, and gives up after ${LIMIT} ms. No mirror ever answers. ` +
      "The program runs twice; only the request differs.",
  );

  say.part("By hand, with an AbortController");
  const ended = await moveOnAfter(PATIENCE, () => abandonOnCancel(byHand(say)));
  if (ended === undefined) {
    say.step(
      `it should have ended ${PATIENCE - LIMIT} ms ago, and is still waiting. Nothing will ever wake it: this program ` +
        "hangs. The tour stops watching and goes on.",
    );
  }

  say.part("The same on a scope");
  await onScope(say);
  say.step("it has ended");

  say.lesson(
    "An abort is an event. A catch block that takes it for one more failed request has used it up, and the next request " +
      "listens for something that has been and gone. A cancelled scope is a state: every operation in it fails until the " +
      "scope is left, whatever the code in between catches.",
  );
}

async function byHand(say: Narrator): Promise<string> {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("time is up")), LIMIT);
  const request = (): Promise<string> =>
    new Promise((_answer, fail) => {
      controller.signal.addEventListener("abort", () => fail(controller.signal.reason), { once: true });
    });
  await download(say, request);
  return "ended";
}

async function onScope(say: Narrator): Promise<void> {
  await moveOnAfter(LIMIT, () => download(say, sleepForever));
}

/** The very same code for both. Its catch block catches everything, as most do. */
async function download(say: Narrator, request: () => Promise<string>): Promise<string | undefined> {
  for (const mirror of ["mirror 1", "mirror 2", "mirror 3"]) {
    say.step(`asking ${mirror}`);
    try {
      return await request();
    } catch (error) {
      say.step(`${mirror} failed: ${(error as Error).message}`);
    }
  }
  return undefined;
}
