import { createHash } from "node:crypto";
import { fromWebReadable, fromWebWritable, toWebReadable, toWebWritable } from "@anyio/streams";
import { describe, expect, it } from "vitest";

const MIB = 2 ** 20;
const CHUNK = 256 * 1024;
const SIZE = 1024 * MIB;

describe("a pipe of web streams through streams of ours and back", { timeout: 120_000 }, () => {
  it("hands over every byte, in memory that does not grow", async () => {
    const curve: number[] = [];
    const [sent, received] = [new Sums(), new Sums()];
    const source = toWebReadable(fromWebReadable(producer(SIZE, sent)));
    const sink = toWebWritable(fromWebWritable(consumer(received, curve)));

    await source.pipeTo(sink);

    const [before = 0] = curve;
    const most = Math.max(...curve.map((use) => use - before));
    console.log(`grown by, in MiB: ${curve.map((use) => Math.round((use - before) / MIB)).join(" ")}`);
    expect([sent.count, received.count]).toEqual([SIZE, SIZE]);
    expect(received.digest()).toBe(sent.digest());
    expect(most / MIB).toBeLessThan(64);
  });
});

/** Makes chunks as they are asked for, each another but for its memory: whoever has one has done with those before. */
function producer(size: number, sums: Sums): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(CHUNK).map((_, i) => (i * 31) ^ (i >> 8));
  let left = size / CHUNK;
  return new ReadableStream(
    {
      pull(controller) {
        if (left-- === 0) {
          controller.close();
          return;
        }
        new DataView(chunk.buffer).setUint32(0, left);
        sums.add(chunk);
        controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Takes chunks, and measures memory sixteen times on the way, the first time once all is warm. */
function consumer(sums: Sums, curve: number[]): WritableStream<Uint8Array> {
  let next = SIZE / 16;
  return new WritableStream({
    write(chunk) {
      sums.add(chunk);
      if (sums.count < next) return;
      next += SIZE / 16;
      const { rss, external, heapUsed } = process.memoryUsage();
      curve.push(Math.max(rss, external + heapUsed));
    },
  });
}

/** What is to be told of bytes without keeping them. */
class Sums {
  count = 0;
  readonly #hash = createHash("sha1");

  add(bytes: Uint8Array): void {
    this.count += bytes.length;
    this.#hash.update(bytes);
  }

  digest(): string {
    return this.#hash.digest("hex");
  }
}
