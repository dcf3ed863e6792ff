import { ByteLineSplitter, TextLineSplitter } from "../by-hand/line-splitters.js";
import type { ByteLinesFamily, LinesFamily } from "../contestant.js";
import { sourceOf } from "../source-of.js";

/** A call per line: whoever takes them cannot have the next one wait. */
export const lines: LinesFamily = {
  async text(chunks, line) {
    const splitter = new TextLineSplitter();
    for await (const chunk of sourceOf(chunks) as AsyncIterable<Uint8Array>) splitter.split(chunk).forEach(line);
  },
};

export const byteLines: ByteLinesFamily = {
  async bytes(chunks, line) {
    const splitter = new ByteLineSplitter();
    for await (const chunk of sourceOf(chunks) as AsyncIterable<Uint8Array>) splitter.split(chunk).forEach(line);
  },
};
