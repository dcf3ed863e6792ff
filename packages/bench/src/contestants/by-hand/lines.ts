import type { ByteLinesFamily, LinesFamily } from "../contestant.js";
import { sourceOf } from "../source-of.js";
import { ByteLineSplitter, TextLineSplitter } from "./line-splitters.js";

/** Line by line, for a loop that may wait in between. */
async function* linesOf<L>(chunks: readonly Uint8Array[], splitter: Splitter<L>): AsyncGenerator<L, void> {
  for await (const chunk of sourceOf(chunks) as AsyncIterable<Uint8Array>) {
    for (const line of splitter.split(chunk)) yield line;
  }
}

interface Splitter<L> {
  split(chunk: Uint8Array): readonly L[];
}

export const lines: LinesFamily = {
  async text(chunks, line) {
    for await (const text of linesOf(chunks, new TextLineSplitter())) line(text);
  },
};

export const byteLines: ByteLinesFamily = {
  async bytes(chunks, line) {
    for await (const bytes of linesOf(chunks, new ByteLineSplitter())) line(bytes);
  },
};
