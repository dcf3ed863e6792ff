import { familyOf } from "../contestants/contestant.js";
import { expectEqual } from "../measure/expect-equal.js";
import { timePerOperation } from "../measure/time.js";
import type { Workload } from "./workload.js";

const CHUNK = 65_536;

export const lines: Workload = {
  name: "lines",
  title: "lines of some 60 bytes split from chunks of 64 KiB and decoded, per line",
  metrics: { time: "ns" },
  size: 1_000_000,
  smokeSize: 3_000,
  contestants: ["anyio", "native", "native-bare", "effect", "readline", "readline-events"],
  async run(contestant, count, effort) {
    const family = familyOf(contestant, "lines");
    const text = new Text(count);
    const once = async () => {
      const tally = new Tally();
      await family.text(text.chunks, (line) => tally.add(line.length, line.charCodeAt(0)));
      return text.expect(tally);
    };
    return { time: await timePerOperation(count, once, effort) };
  },
};

export const linesBytes: Workload = {
  ...lines,
  name: "lines-bytes",
  title: "lines of some 60 bytes split from chunks of 64 KiB, left as bytes, per line",
  contestants: ["anyio", "native", "native-bare"],
  async run(contestant, count, effort) {
    const family = familyOf(contestant, "byteLines");
    const text = new Text(count);
    const once = async () => {
      const tally = new Tally();
      await family.bytes(text.chunks, (line) => tally.add(line.length, line[0]));
      return text.expect(tally);
    };
    return { time: await timePerOperation(count, once, effort) };
  },
};

/** Lines of 20 to 99 bytes, in chunks that end anywhere, and what has to be found in them. */
class Text {
  readonly chunks: readonly Uint8Array[];
  readonly #written = new Tally();

  constructor(count: number) {
    const bytes = new TextEncoder().encode(Array.from({ length: count }, (_, index) => this.#write(index)).join(""));
    const chunks = Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, index) =>
      // Copies: each chunk as large as the memory that it is in, as they come from a socket or a file.
      bytes.slice(index * CHUNK, (index + 1) * CHUNK),
    );
    this.chunks = chunks;
  }

  /** Returns how many lines there were. */
  expect(found: Tally): number {
    expectEqual("characters", found.length, this.#written.length);
    expectEqual("sum of the first characters", found.first, this.#written.first);
    return found.lines;
  }

  #write(index: number): string {
    const line = `${index} `.padEnd(20 + ((index * 37) % 80), "abcdefghijklmnopqrstuvwxyz");
    this.#written.add(line.length, line.charCodeAt(0));
    return `${line}\n`;
  }
}

class Tally {
  lines = 0;
  length = 0;
  first = 0;

  add(length: number, first: number | undefined): void {
    this.lines += 1;
    this.length += length;
    this.first += first ?? Number.NaN;
  }
}
