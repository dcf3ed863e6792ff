import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Tally } from "../src/indexer/tally.js";
import { TextCounter } from "../src/indexer/text-counter.js";

describe("TextCounter", () => {
  it("counts the same however the text is cut", () => {
    const text = fc
      .array(fc.constantFrom("tulip", "rose", "käse", "l’été", "名前", " ", "\n", ", ", "🌷"))
      .map((a) => a.join(""));

    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 7 }), (text, size) => {
        const whole = count(text, Infinity);
        const cut = count(text, size);
        expect(facts(cut)).toEqual(facts(whole));
      }),
    );
  });

  it.each([
    ["", 0, 0],
    ["\n", 1, 0],
    ["one", 1, 1],
    ["one\ntwo\n", 2, 2],
    ["it's 3 o'clock", 1, 3],
  ])("finds in %j %i lines and %i words", (text, lines, words) => {
    expect(count(text, Infinity)).toMatchObject({ lines, words });
  });

  it("takes linear time for a text without an end of a word", () => {
    expect(count("x".repeat(4_000_000), 65_536).words).toBeGreaterThan(0);
  });
});

describe("Tally", () => {
  it("stays small, and keeps what is frequent", () => {
    const tally = new Tally();
    for (let i = 0; i < 400_000; i++) {
      tally.add(`word${i}`);
      if (i % 4 === 0) tally.add("frequent");
    }

    expect(tally.top(1)).toEqual([{ word: "frequent", count: 100_000 }]);
    expect(tally.top(Infinity).length).toBeLessThanOrEqual(100_000);
  });
});

function count(text: string, size: number): TextCounter {
  const bytes = Buffer.from(text);
  const counter = new TextCounter();
  for (let at = 0; at < bytes.length; at += size) counter.feed(bytes.subarray(at, Math.min(at + size, bytes.length)));
  counter.end();
  return counter;
}

function facts({ lines, words, tally }: TextCounter) {
  return { lines, words, top: tally.top(10) };
}
