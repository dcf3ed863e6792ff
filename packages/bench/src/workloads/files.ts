import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { familyOf, required } from "../contestants/contestant.js";
import { expectEqual } from "../measure/expect-equal.js";
import { withTemporaryDirectory } from "../measure/temporary-directory.js";
import { timePerOperation } from "../measure/time.js";
import { Tally, Text } from "./text.js";
import type { Workload } from "./workload.js";

const AT_ONCE = 16;
const PIECE = 65_536;
/** Some MiB; the file has it as often as its size says. */
const BLOCK = 17_500;

const whole: Workload = {
  name: "files",
  title: `files of 4 KiB on average, read as text, ${AT_ONCE} at once, per file`,
  metrics: { time: "ns" },
  size: 10_000,
  smokeSize: 50,
  contestants: ["anyio", "fs-promises"],
  async run(contestant, count, effort) {
    const readAll = required(familyOf(contestant, "files").readAll);
    return await withTemporaryDirectory(async (directory) => {
      const files = await SmallFiles.make(directory, count);
      const once = async () => {
        let [found, length] = [0, 0];
        await readAll(files.paths, AT_ONCE, (text) => {
          found += 1;
          length += text.length;
        });
        expectEqual("characters", length, files.length);
        return found;
      };
      return { time: await timePerOperation(count, once, effort) };
    });
  },
};

const inPieces: Workload = {
  ...whole,
  name: "files-in-pieces",
  title: `files of 4 KiB on average, each opened, read up to its end, and closed, ${AT_ONCE} at once, per file`,
  async run(contestant, count, effort) {
    const readPieces = required(familyOf(contestant, "files").readPieces);
    return await withTemporaryDirectory(async (directory) => {
      const files = await SmallFiles.make(directory, count);
      const once = async () => {
        let [pieces, length] = [0, 0];
        await readPieces(files.paths, AT_ONCE, PIECE, (bytes) => {
          pieces += 1;
          length += bytes.length;
        });
        expectEqual("bytes", length, files.length);
        return pieces;
      };
      return { time: await timePerOperation(count, once, effort) };
    });
  },
};

const fileLines: Workload = {
  name: "file-lines",
  title: "lines of some 60 bytes of a file of 100 MiB, as text, per line",
  metrics: { time: "ns" },
  size: 100 * BLOCK,
  smokeSize: BLOCK,
  contestants: ["anyio", "readline", "readline-events", "fs-promises"],
  async run(contestant, count, effort) {
    const lines = required(familyOf(contestant, "files").lines);
    return await withTemporaryDirectory(async (directory) => {
      const path = join(directory, "lines");
      const text = new Text(BLOCK);
      const times = count / BLOCK;
      await write(path, text, times);
      const once = async () => {
        const tally = new Tally();
        await lines(path, (line) => tally.add(line.length, line.charCodeAt(0)));
        return text.expect(tally, times);
      };
      return { time: await timePerOperation(count, once, effort) };
    });
  },
};

/** In the order of the table. */
export const files: readonly Workload[] = [whole, inPieces, fileLines];

/** Files of 512 to 7,679 bytes, a hundred in a directory. */
class SmallFiles {
  private constructor(
    readonly paths: readonly string[],
    /** Of all together. */
    readonly length: number,
  ) {}

  static async make(parent: string, count: number): Promise<SmallFiles> {
    const paths: string[] = [];
    let total = 0;
    for (let index = 0; index < count; index += 1) {
      const directory = join(parent, String(Math.floor(index / 100)));
      if (index % 100 === 0) await mkdir(directory);
      const length = 512 + ((index * 1_237) % 7_168);
      const path = join(directory, `${index}.txt`);
      await writeFile(path, "a word ".repeat(1_100).slice(0, length));
      paths.push(path);
      total += length;
    }
    return new SmallFiles(paths, total);
  }
}

async function write(path: string, text: Text, times: number): Promise<void> {
  await using file = await open(path, "wx");
  for (let i = 0; i < times; i += 1) {
    for (const chunk of text.chunks) await file.write(chunk);
  }
  // The disk has it before anybody reads it.
  await file.sync();
}
