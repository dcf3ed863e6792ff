import type { Writable } from "node:stream";
import { abandonOnCancel } from "@anyio/core";
import { suspendForeign } from "@anyio/core/lowlevel";

/** What `runProcess` gives a child to read. */
export type Input = string | Uint8Array | AsyncIterable<string | Uint8Array>;

/** Writes all of what there is, and the end. A child that reads no more is no error. */
export function feedAll(stdin: Writable, bytes: string | Uint8Array): void {
  stdin.on("error", ignore);
  stdin.end(bytes);
}

/**
 * Writes one piece after the other, as the child reads, and the end.
 *
 * **Cancellation:** takes no further piece.
 */
export async function feedEach(stdin: Writable, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  stdin.on("error", ignore);
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await abandonOnCancel(iterator.next());
      if (done || stdin.destroyed) break;
      if (!stdin.write(checkPiece(value))) await untilDrained(stdin);
    }
  } finally {
    stdin.end();
    // Nobody waits for it: one that is parked in an `await` of its own would never answer.
    void Promise.resolve(iterator.return?.()).catch(ignore);
  }
}

function untilDrained(stdin: Writable): Promise<void> {
  return suspendForeign("a child to read its input", (waiter) => {
    const resume = (): void => void waiter.resume();
    const forget = (): void => void stdin.off("drain", drained).off("close", drained);
    const drained = (): void => {
      forget();
      resume();
    };
    stdin.on("drain", drained).on("close", drained);
    if (stdin.destroyed) drained();
    return forget;
  });
}

function checkPiece(piece: unknown): string | Uint8Array {
  if (typeof piece === "string" || piece instanceof Uint8Array) return piece;
  throw new TypeError(`input must be made of strings or Uint8Arrays, not of ${typeof piece}`);
}

function ignore(): void {}
