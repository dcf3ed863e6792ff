import { createHash } from "node:crypto";
import { BufferedByteReceiveStream } from "@anyio/streams";
import { beforeEach, describe, expect, it } from "vitest";
import { skipExplored } from "#support/explored";
import { Pieces } from "./support/byte-sources.js";

const MIB = 2 ** 20;

// What takes a second or two in linear time takes minutes at least where each piece costs as much as all before it.
describe("BufferedByteReceiveStream takes linear time", { timeout: 60_000 }, () => {
  beforeEach(() => skipExplored("so many under so many schedules take minutes"));

  it.each([
    { what: "2 MiB in pieces of 1 byte", size: 2 * MIB, piece: 1 },
    { what: "16 MiB in pieces of 64 KiB", size: 16 * MIB, piece: 65_536 },
  ])("to receive exactly $what", async ({ size, piece }) => {
    const stream = new BufferedByteReceiveStream(new Pieces(repeated(new Uint8Array(piece).fill(97), size / piece)));

    const bytes = await stream.receiveExactly(size);

    expect(sha(bytes)).toBe(sha(new Uint8Array(size).fill(97)));
  });

  it.each([
    { what: "2 MiB in pieces of 1 byte", size: 2 * MIB, piece: 1 },
    { what: "16 MiB in pieces of 64 KiB", size: 16 * MIB, piece: 65_536 },
  ])("to find a delimiter after $what that all look like its beginning", async ({ size, piece }) => {
    const delimiter = new Uint8Array(1_000).fill(97);
    delimiter[999] = 98;
    const all = repeated(new Uint8Array(piece).fill(97), size / piece);
    const stream = new BufferedByteReceiveStream(new Pieces([...all, delimiter]));

    const bytes = await stream.receiveUntil(delimiter, size);

    expect(bytes.length).toBe(size);
  });

  it("to be fed 16 MiB a byte at a time", async () => {
    const stream = new BufferedByteReceiveStream(new Pieces([]));
    const byte = Uint8Array.of(97);

    for (let i = 0; i < 16 * MIB; i++) stream.feedData(byte);

    expect((await stream.receiveExactly(16 * MIB)).length).toBe(16 * MIB);
  });

  it("to take lines out of a large buffer", async () => {
    const stream = new BufferedByteReceiveStream(new Pieces([]));
    stream.feedData(new Uint8Array(16 * MIB).fill(10));

    let lines = 0;
    for (; lines < MIB; lines++) await stream.receiveUntil("\n", 1);

    expect(stream.buffer.length).toBe(15 * MIB);
  });

  it("to ask again and again for what has not come", async () => {
    const stream = new BufferedByteReceiveStream(new Pieces([]));
    stream.feedData(new Uint8Array(16 * MIB));

    for (let i = 0; i < 2_000; i++) await stream.receiveUntil("\n", 1).catch(() => {});
    for (let i = 0; i < 2_000; i++) await stream.receiveUntil("\r\n", 32 * MIB).catch(() => {});

    expect(stream.buffer.length).toBe(16 * MIB);
  });
});

function* repeated(piece: Uint8Array, times: number): Generator<Uint8Array> {
  for (let i = 0; i < times; i++) yield piece;
}

function sha(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
