import { failAfter, moveOnAfter, sleep, TimeoutError } from "@anyio/core";
import { CapacityLimiter } from "@anyio/sync";
import { gather } from "@anyio/task-groups";
import { toThread, worker } from "@anyio/threads";
import type { Narrator } from "../narrator.js";
import type { Timeline } from "../timeline.js";

export const title = "A computation that runs away";

/** Each letter more doubles the time that it takes to find that a text does not match. */
const PATTERN = String.raw`^(\w+\s?)*$`;
const LIMIT = 100;
const GRACE = 100;
const BLOCKED = 600;
/** For what makes use of all the time that it has. */
const TIME = 300;

const planning = worker<typeof import("./shorten-trip.js")>(new URL("./shorten-trip.js", import.meta.url));

export async function tell(say: Narrator): Promise<void> {
  say.about(
    `A search takes patterns from whoever searches. One of them is ${PATTERN}, which looks harmless, and takes twice as long ` +
      `for each letter of a text that does not match. A search has ${LIMIT} ms.`,
  );

  say.part("In the event loop: 23 letters, and a timer");
  await gather([
    async () => {
      await sleep(LIMIT);
      say.step(`the timer of ${LIMIT} ms goes off`);
    },
    async () => say.step(`the search has ended: ${matches(PATTERN, `${"a".repeat(23)}!`)}`),
  ]);

  say.part('In a thread, with onCancel: "terminate": 100 letters');
  try {
    await failAfter(LIMIT, () =>
      toThread.run(matches, [PATTERN, `${"a".repeat(100)}!`], { onCancel: "terminate", grace: 50 }),
    );
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    say.step(`${error.name}: ${error.message}`);
  }
  say.step(`it would have gone on for longer than there will be stars; the next search finds: ${await nextSearch()}`);

  say.part(`A thread that asks how long it has, with ${TIME} ms`);
  const trip = await moveOnAfter(TIME, () => toThread.run(planning.shortenTrip, [80, 20]));
  if (trip !== undefined) {
    const shorter = Math.round((1 - trip.after / trip.before) * 100);
    say.step(`after ${trip.tries} tries the round trip through 80 cities is ${shorter}% shorter`);
  }

  say.part(`Cancelled after ${LIMIT} ms, blocked for ${BLOCKED}, with a grace of ${GRACE}`);
  const timeline = say.timeline();
  await gather((["wait", "abandon", "terminate"] as const).map((onCancel) => () => cancelled(timeline, onCancel)));
  timeline.draw();

  say.lesson(
    "What computes in the event loop cannot be timed out, for it is the event loop that would do it. A thread can: it is " +
      "asked to end, and finds out by fromThread.checkCancelled() or remaining(). Where nobody asks, the caller waits, goes " +
      "away, or has the thread stopped; and a stopped thread is replaced.",
  );
}

/** It goes to a thread as text, so it uses nothing from outside. */
function matches(pattern: string, text: string): boolean {
  return new RegExp(pattern).test(text);
}

function nextSearch(): Promise<boolean> {
  return toThread.run(matches, [PATTERN, "all is well"]);
}

/** Draws for how long a caller waits that is cancelled, and for how long its thread is blocked. */
async function cancelled(timeline: Timeline, onCancel: "wait" | "abandon" | "terminate"): Promise<void> {
  const limiter = new CapacityLimiter(1);
  const options = { limiter, onCancel, grace: GRACE };
  const [caller, thread] = [`${onCancel}: caller`, `${onCancel}: thread`];
  timeline.mark(caller, "█");
  timeline.mark(thread, "█");
  await moveOnAfter(LIMIT, () => toThread.run(block, [BLOCKED], options));
  timeline.mark(caller, " ");
  // A call keeps its token for as long as its thread is blocked.
  using _ = await limiter.acquire();
  timeline.mark(thread, " ");
}

/** As deaf as a computation, but it leaves the processors to the others. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
