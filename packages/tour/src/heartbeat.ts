import { sleep } from "@anyio/core";
import type { Timeline } from "./timeline.js";

/** Draws the event loop's heart, which beats every 20 ms, if it can. */
export async function heartbeat(timeline: Timeline): Promise<never> {
  for (;;) {
    timeline.mark("heart", "·", "♥");
    await sleep(20);
  }
}
