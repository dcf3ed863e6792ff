import type { CancelScope } from "@anyio/core";
import type { Observer } from "./bounded.js";
import { framesOf } from "./shown.js";

/** What vitest rejects with when a test or a hook has taken too long. */
function isTimeout(error: unknown): error is Error {
  return error instanceof Error && /^(Test|Hook) timed out in \d+ms/.test(error.message);
}

/** Adds a paragraph to an error that vitest is about to show, by its message or by its stack. */
export function addNote(error: unknown, note: string): void {
  if (!(error instanceof Error)) return;
  // Read before the message changes. Vitest 4 leaves another headline above the frames than the message.
  const frames = framesOf(error);
  error.message = `${error.message}\n\n${note}`;
  error.stack = [`${error.name}: ${error.message}`, ...frames].join("\n");
}

/** Shows in the error of a timeout what the tasks were waiting for, once, and as long as they are. */
export function tellTasks(error: unknown, observer: Observer): void {
  if (error instanceof Error && !error.message.includes(HEADING)) addNote(error, `${HEADING}\n${observer.dump()}`);
}

const HEADING = "What its tasks were doing:";

/** Calls a hook of vitest's, which gives up on its function after a time: what that does in `scope` is then cancelled. */
export async function cancelledAtTimeout<T>(
  scope: CancelScope,
  fn: () => T | PromiseLike<T>,
  observer: Observer,
): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    if (isTimeout(error)) {
      tellTasks(error, observer);
      scope.cancel(headlineOf(error));
    }
    throw error;
  }
}

/** An error in one line. */
export function headlineOf(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : "the test is over";
}
