import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { abandonOnCancel, moveOnAfter } from "@anyio/core";
import { answerOf } from "./answer-of.js";
import { TextCounter } from "./text-counter.js";

/** What one file holds. */
export type FileCounts =
  | { readonly kind: "text"; readonly bytes: number; readonly isCut: boolean; readonly text: TextCounter }
  | { readonly kind: "binary"; readonly bytes: number }
  | { readonly kind: "special" };

const PIECE = 64 * 1024;
/** No more is read of one file: some files of /proc never end. */
const MOST = 64 * 1024 * 1024;
// Without O_NONBLOCK, opening a named pipe waits for a writer; without O_NOFOLLOW, what was a file when the directory
// was read may lead elsewhere by now. Windows has neither.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** Reads a file in pieces and counts what is in it. A file with a NUL in its first piece is binary, and not read on. */
export function readFile(path: string): Promise<FileCounts> {
  return withFile(path, async (handle) => {
    const stats = await answerOf(handle.stat());
    if (!stats.isFile()) return { kind: "special" };

    const text = new TextCounter();
    let bytes = 0;
    // A file that says it is empty may be one of /proc.
    const size = stats.size || Infinity;
    const buffer = Buffer.allocUnsafe(Math.min(PIECE, size));
    while (bytes < Math.min(MOST, size)) {
      const { bytesRead } = await answerOf(handle.read(buffer, 0, buffer.length, null));
      if (bytesRead === 0) break;
      const piece = buffer.subarray(0, bytesRead);
      if (bytes === 0 && piece.includes(0)) return { kind: "binary", bytes: stats.size };
      text.feed(piece);
      bytes += bytesRead;
    }
    text.end();
    return { kind: "text", bytes, isCut: bytes >= MOST, text };
  });
}

/** Opens a file for a function, and closes it whatever happens. */
async function withFile<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const opening = open(path, FLAGS);
  let handle: FileHandle;
  try {
    handle = await answerOf(opening);
  } catch (error) {
    // Whoever stopped waiting for a file that opens all the same has it closed.
    opening.then(
      (late) => late.close(),
      () => {},
    );
    throw error;
  }
  try {
    return await use(handle);
  } finally {
    // A read that hangs keeps its file from closing; that must not keep us.
    await moveOnAfter(500, () => abandonOnCancel(handle.close()), { shield: true });
  }
}
