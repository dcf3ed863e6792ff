import type { Stats } from "node:fs";
import type { Path } from "@anyio/fs";
import { TextCounter } from "./text-counter.js";

/** What one file holds. */
export type FileCounts =
  | { readonly kind: "text"; readonly bytes: number; readonly isCut: boolean; readonly text: TextCounter }
  | { readonly kind: "binary"; readonly bytes: number }
  | { readonly kind: "skipped"; readonly what: Skipped };

export type Skipped = "symbolic link" | "socket" | "named pipe" | "device" | "directory left out";

/** No more is read of one file: some files of /proc never end. */
const MOST = 64 * 1024 * 1024;

/** Reads a file in pieces and counts what is in it. A file with a NUL in its first piece is binary, and not read on. */
export async function readFile(path: Path): Promise<FileCounts> {
  // Before it is opened: to open a named pipe is to wait for whoever writes into it.
  const stats = await path.lstat();
  if (!stats.isFile()) return { kind: "skipped", what: specialOf(stats) };

  await using file = await path.open();
  const text = new TextCounter();
  let bytes = 0;
  // A file that says it is empty may be one of /proc.
  const size = stats.size || Infinity;
  while (bytes < Math.min(MOST, size)) {
    const piece = await file.read1();
    if (piece.length === 0) break;
    if (bytes === 0 && piece.includes(0)) return { kind: "binary", bytes: stats.size };
    text.feed(piece);
    bytes += piece.length;
  }
  text.end();
  return { kind: "text", bytes, isCut: bytes >= MOST, text };
}

function specialOf(stats: Stats): Skipped {
  if (stats.isSymbolicLink()) return "symbolic link";
  if (stats.isSocket()) return "socket";
  return stats.isFIFO() ? "named pipe" : "device";
}
