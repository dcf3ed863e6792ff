import type { Stats } from "node:fs";
import type { Path } from "@anyio/fs";
import type { TextCounts } from "./count-texts.js";

/** What one file holds. */
export type FileCounts =
  | { readonly kind: "text"; readonly bytes: number; readonly isCut: boolean; readonly counts: TextCounts }
  | { readonly kind: "binary"; readonly bytes: number }
  | { readonly kind: "skipped"; readonly what: Skipped };

/** A file that was read. Of a text there may be something left to be counted. */
export type FileContents = FileCounts & { readonly rest: Uint8Array };

export type Skipped = "symbolic link" | "socket" | "named pipe" | "device" | "directory left out";

/** Who counts what is in a file. */
export interface Counter {
  count(texts: readonly Uint8Array[]): Promise<readonly TextCounts[]>;
}

/** No more is read of one file: some files of /proc never end. */
const MOST = 64 * 1024 * 1024;
/** What is worth being counted by itself. */
const MUCH = 256 * 1024;
const NEWLINE = 0x0a;
const LAST_ASCII = 0x7f;
const IN_WORDS = /[\dA-Za-z']/;
const NOTHING = new Uint8Array();

/**
 * Reads a file in pieces, and has them counted, but for the last one, which is given back. A file with a NUL in its first piece is binary,
 * and not read on.
 */
export async function readFile(path: Path, counter: Counter): Promise<FileContents> {
  // Before it is opened: to open a named pipe is to wait for whoever writes into it.
  const stats = await path.lstat();
  if (!stats.isFile()) return { kind: "skipped", what: specialOf(stats), rest: NOTHING };

  await using file = await path.open();
  let [bytes, lines, words] = [0, 0, 0];
  let last: number | undefined = NEWLINE;
  let rest: Uint8Array = NOTHING;
  // A file that says it is empty may be one of /proc.
  const size = stats.size || Infinity;
  while (bytes < Math.min(MOST, size)) {
    const piece = await file.read1();
    if (piece.length === 0) break;
    if (bytes === 0 && piece.includes(0)) return { kind: "binary", bytes: stats.size, rest: NOTHING };
    bytes += piece.length;
    last = piece.at(-1);
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    if (rest.length < MUCH) continue;
    const end = endOfWords(rest);
    for (const counts of await counter.count([rest.subarray(0, end)])) {
      lines += counts.lines;
      words += counts.words;
    }
    rest = rest.subarray(end);
  }
  if (last !== NEWLINE) lines++;
  return { kind: "text", bytes, isCut: bytes >= MOST, counts: { lines, words }, rest };
}

/** Where a text can be cut: behind the last sign that is in no word. A word that is all there is, is cut. */
function endOfWords(text: Uint8Array): number {
  const sign = text.findLastIndex((byte) => byte <= LAST_ASCII && !IN_WORDS.test(String.fromCharCode(byte)));
  return sign < 0 ? text.length : sign + 1;
}

function specialOf(stats: Stats): Skipped {
  if (stats.isSymbolicLink()) return "symbolic link";
  if (stats.isSocket()) return "socket";
  return stats.isFIFO() ? "named pipe" : "device";
}
