import { BufferedByteReceiveStream, IncompleteReadError, LineReceiveStream, TextReceiveStream } from "@anyio/streams";
import { fromReadable } from "@anyio/streams/node";
import type { ByteLinesFamily, LinesFamily } from "../contestant.js";
import { sourceOf } from "../source-of.js";

const MAX_LINE = 65_536;

async function forEachText(chunks: readonly Uint8Array[], line: (text: string) => void): Promise<void> {
  const stream = new LineReceiveStream(new TextReceiveStream(fromReadable(sourceOf(chunks))));
  try {
    for await (const text of stream) line(text);
  } finally {
    await stream.close();
  }
}

async function forEachLine(chunks: readonly Uint8Array[], line: (bytes: Uint8Array) => void): Promise<void> {
  const stream = new BufferedByteReceiveStream(fromReadable(sourceOf(chunks)));
  try {
    while (true) line(await stream.receiveUntil("\n", MAX_LINE));
  } catch (error) {
    if (!(error instanceof IncompleteReadError)) throw error;
  } finally {
    await stream.close();
  }
}

export const lines: LinesFamily = { text: forEachText };

export const byteLines: ByteLinesFamily = { bytes: forEachLine };
