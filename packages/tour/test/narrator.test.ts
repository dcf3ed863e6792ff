import { stripVTControlCharacters } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Narrator } from "../src/narrator.js";

/** What is printed on a terminal of so many columns. */
function printed(columns: number, tell: (say: Narrator) => void): string[] {
  const { columns: before } = process.stdout;
  let text = "";
  const write = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  process.stdout.columns = columns;
  onTestFinished(() => {
    process.stdout.columns = before;
  });
  try {
    tell(new Narrator());
  } finally {
    write.mockRestore();
  }
  return stripVTControlCharacters(text).trim().split("\n");
}

describe("whereToGo", () => {
  const tell = (say: Narrator): void =>
    say.whereToGo("Next", [
      ["npm start -- --list", "all chapters"],
      ["docs", "the documentation of everything"],
    ]);

  it("stands in two columns", () => {
    expect(printed(80, tell)).toEqual([
      "Next",
      "",
      "  npm start -- --list    all chapters",
      "  docs                   the documentation of everything",
    ]);
  });

  it("wraps the second one", () => {
    expect(printed(50, tell).slice(2)).toEqual([
      "  npm start -- --list    all chapters",
      "  docs                   the documentation of",
      "                         everything",
    ]);
  });

  it("puts it on lines of its own where there is no room", () => {
    expect(printed(40, tell).slice(2)).toEqual([
      "  npm start -- --list",
      "           all chapters",
      "  docs",
      "           the documentation of",
      "           everything",
    ]);
  });
});

describe("about", () => {
  const tell = (say: Narrator): void => say.about("many words ".repeat(20).trim());

  it.each([
    [24, 24],
    [60, 60],
    [80, 80],
    [200, 80],
  ])("fills a terminal of %i columns up to column %i", (columns, widest) => {
    const lengths = printed(columns, tell).map(({ length }) => length);

    expect(Math.max(...lengths)).toBeLessThanOrEqual(widest);
    expect(Math.max(...lengths)).toBeGreaterThan(widest - "words ".length);
  });

  it("is as wide as a page where the terminal does not know its size", () => {
    expect(printed(0, tell)).toEqual(printed(80, tell));
  });
});
