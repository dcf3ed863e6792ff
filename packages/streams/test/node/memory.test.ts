import { Readable, Writable } from "node:stream";
import { expect, it } from "vitest";
import { fromDuplex, fromReadable, fromWritable, toDuplex } from "@anyio/streams/node";
import { gather } from "@anyio/task-groups";
import { skipExplored } from "#support/explored";
import { socketPair } from "./support/nodes.js";

const KIB = 1024;
const MIB = 1024 * KIB;
const CHUNK = 256 * KIB;

it("pipes a gibibyte in flat memory", { timeout: 60_000 }, async () => {
  skipExplored("so many bytes under so many schedules take too long");
  const source = new Source(1024 * MIB);
  const sink = new Sink();
  const memory = new MemoryCurve();
  const [receive, send] = [fromReadable(source), fromWritable(sink)];

  for await (const chunk of receive) {
    await send.send(chunk);
    memory.note(sink.count);
  }
  await send.close();
  await receive.close();

  memory.print("Readable to Writable");
  expect(sink.count).toBe(1024 * MIB);
  expect(sink.checksum()).toBe(source.checksum());
  expect(memory.growth).toBeLessThan(64 * MIB);
});

it("pipes 256 mebibytes over a socket and through Duplexes in flat memory", { timeout: 60_000 }, async () => {
  skipExplored("so many bytes under so many schedules take too long");
  const source = new Source(256 * MIB);
  const sink = new Sink();
  const memory = new MemoryCurve();
  const [near, far] = await socketPair();
  const [sending, receiving] = [toDuplex(fromDuplex(near)), fromDuplex(far)];

  await gather([
    async () => {
      for await (const chunk of receiving) {
        await new Promise((resolve) => void sink.write(chunk, resolve));
        memory.note(sink.count);
      }
      await receiving.close();
    },
    () => new Promise((resolve) => void source.pipe(sending).on("finish", resolve)),
  ]);
  sending.destroy();

  memory.print("over a socket");
  expect(sink.count).toBe(256 * MIB);
  expect(sink.checksum()).toBe(source.checksum());
  expect(memory.growth).toBeLessThan(64 * MIB);
});

/** Makes so many bytes, as fast as they are read. */
class Source extends Readable {
  #left: number;
  readonly #sum = new Checksum();

  constructor(size: number) {
    super({ highWaterMark: CHUNK });
    this.#left = size;
  }

  override _read(): void {
    if (this.#left === 0) {
      this.push(null);
      return;
    }
    const chunk = Buffer.alloc(CHUNK, this.#left / CHUNK);
    this.#sum.update(chunk);
    this.#left -= CHUNK;
    this.push(chunk);
  }

  checksum(): number {
    return this.#sum.value;
  }
}

/** Takes everything, and remembers how much. */
class Sink extends Writable {
  count = 0;
  readonly #sum = new Checksum();

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.count += chunk.length;
    this.#sum.update(chunk);
    setImmediate(done);
  }

  checksum(): number {
    return this.#sum.value;
  }
}

/** Of every 509th byte, however they are chunked. */
class Checksum {
  value = 0;
  #next = 0;

  update(chunk: Uint8Array): void {
    let i = this.#next;
    for (; i < chunk.length; i += 509) this.value = (Math.imul(this.value, 31) + (chunk[i] ?? 0)) | 0;
    this.#next = i - chunk.length;
  }
}

/** The memory of the process, each time another 32 MiB have arrived. */
class MemoryCurve {
  readonly #points: { readonly at: number; readonly rss: number; readonly heap: number; readonly external: number }[] =
    [];

  note(count: number): void {
    if (count < this.#points.length * 32 * MIB) return;
    const { rss, heapUsed: heap, external } = process.memoryUsage();
    this.#points.push({ at: count, rss, heap, external });
  }

  /** What the resident memory has grown by since the first 64 MiB, which warm the process up. */
  get growth(): number {
    const [first, ...later] = this.#points.slice(2).map(({ rss }) => rss);
    return Math.max(...later) - (first ?? 0);
  }

  print(title: string): void {
    const lines = this.#points
      .filter((_, index) => index % 4 === 0)
      .map((point) => Object.entries(point).map(([name, size]) => `${name} ${Math.round(size / MIB)}`));
    console.log(`${title}, in MiB:\n${lines.map((line) => `  ${line.join("  ")}`).join("\n")}`);
  }
}
