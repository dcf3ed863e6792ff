import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { Path } from "@anyio/fs";
import { describe, expect, it } from "vitest";
import type { TextCounts } from "../src/indexer/count-texts.js";
import { readFile } from "../src/indexer/read-file.js";
import { Tally } from "../src/indexer/tally.js";
import { WordCounter } from "../src/indexer/word-counter.js";
import { tempDir } from "./temp-dir.js";

describe("readFile", () => {
  it("does not wait for the writer of a named pipe that has taken a file's place", async () => {
    const pipe = join(tempDir(), "pipe");
    spawnSync("mkfifo", [pipe]);

    expect(await readFile(new Path(pipe), new WordCounter(new Tally()))).toMatchObject({
      kind: "skipped",
      what: "named pipe",
    });
  });

  it("counts the same however long a text is, and where it is cut", async () => {
    const file = join(tempDir(), "text");
    const words = fc.array(fc.constantFrom("tulip", "rose\n", "käse", "l’été", "名前,", "🌷"), { minLength: 1 });

    await fc.assert(
      fc.asyncProperty(words, fc.integer({ min: 0, max: 800_000 }), async (words, length) => {
        const once = `${words.join(" ")} `;
        const times = Math.floor(length / Buffer.byteLength(once));
        writeFileSync(file, once.repeat(times));

        expect(await countsOf(file)).toEqual({
          lines: times * words.filter((word) => word.endsWith("\n")).length + (times > 0 ? 1 : 0),
          words: times * words.filter((word) => word !== "🌷").length,
        });
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ["", 0],
    ["one", 1],
    ["one\n", 1],
    ["one\ntwo", 2],
    ["line\n".repeat(100_000), 100_000],
  ])("finds the last line, whether or not it ends: %#", async (text, lines) => {
    const file = join(tempDir(), "text");
    writeFileSync(file, text);

    expect(await countsOf(file)).toMatchObject({ lines });
  });

  it("gets through a text that is one long word", async () => {
    const file = join(tempDir(), "text");
    writeFileSync(file, "x".repeat(4_000_000));

    expect((await countsOf(file)).words).toBeGreaterThan(0);
  });
});

/** What is in a file of text, all in all. */
async function countsOf(file: string): Promise<TextCounts> {
  const counter = new WordCounter(new Tally(), Infinity);
  const contents = await readFile(new Path(file), counter);
  if (contents.kind !== "text") throw new Error(contents.kind);
  const [rest = { lines: 0, words: 0 }] = await counter.count([contents.rest]);
  const { lines, words } = contents.counts;
  return { lines: lines + rest.lines, words: words + rest.words };
}
