import { describe, expect, it } from "vitest";
import { countTexts } from "../src/indexer/count-texts.js";

describe("countTexts", () => {
  it.each([
    ["", 0, 0],
    ["\n", 1, 0],
    ["one", 0, 1],
    ["one\ntwo\n", 2, 2],
    ["it's 3 o'clock", 0, 3],
    ["l’été, käse & 名前\n", 1, 3],
  ])("finds in %j %i ends of lines and %i words", (text, lines, words) => {
    expect(count(text).texts).toEqual([{ lines, words }]);
  });

  it("counts each text by itself, and the words of all together", () => {
    const { texts, words } = count("Tulip rose\n", "", "rose");

    expect(texts).toEqual([
      { lines: 1, words: 2 },
      { lines: 0, words: 0 },
      { lines: 0, words: 1 },
    ]);
    expect(words).toEqual(new Map(Object.entries({ tulip: 1, rose: 2 })));
  });

  it("tells of words in lower case, of a certain length, and of no numbers", () => {
    const { words } = count(`Rose ROSE rose the 1234 4you you4 ${"x".repeat(41)}`);

    expect(words).toEqual(new Map(Object.entries({ rose: 3, you4: 1 })));
  });
});

function count(...texts: readonly string[]) {
  let end = 0;
  const bytes = texts.map((text) => Buffer.from(text));
  return countTexts(
    Buffer.concat(bytes),
    bytes.map(({ length }) => (end += length)),
  );
}
