import { stripVTControlCharacters } from "node:util";
import { virtually } from "#support/virtual-clock";
import { describe, expect, it } from "vitest";
import { Timeline } from "../src/timeline.js";

/** What is printed of a timeline to which things have happened, each after so many ms. */
async function drawn(...happenings: [number, (timeline: Timeline) => void][]): Promise<string[]> {
  let text = "";
  await virtually(async (clock) => {
    const timeline = new Timeline((block) => (text = block));
    for (const [ms, happen] of happenings) {
      await clock.advance(ms);
      happen(timeline);
    }
    timeline.draw();
  });
  return stripVTControlCharacters(text).split("\n");
}

describe("Timeline", () => {
  it("draws to scale who did what when", async () => {
    const lines = await drawn(
      [0, (timeline) => timeline.mark("first", "█")],
      [20, (timeline) => timeline.mark("second", "·")],
      [40, (timeline) => timeline.mark("second", "█")],
      [0, (timeline) => timeline.mark("first", " ")],
      [30, () => {}],
    );

    expect(lines).toEqual([
      "        |0 ms     |50 ms",
      "first   ████████████", //
      "second      ········██████",
    ]);
  });

  it("writes a label where there is room for it", async () => {
    const lines = await drawn(
      [0, (timeline) => timeline.mark("row", "─", "a1")],
      [25, (timeline) => timeline.mark("row", "─", "b1")],
      [5, (timeline) => timeline.mark("row", "─", "c1")],
      [25, () => {}],
    );

    expect(lines[1]).toBe("row  a1───bc1───");
  });

  it("shows what was there for less than a column", async () => {
    const lines = await drawn(
      [0, (timeline) => timeline.mark("first", "█")],
      [1, (timeline) => timeline.mark("first", " ")],
      [48, (timeline) => timeline.mark("second", "█")],
      [1, (timeline) => timeline.mark("second", " ")],
    );

    expect(lines.slice(1)).toEqual(["first   █", "second            █"]);
  });

  it.each([100, 400, 3_000, 60_000])("fits what has taken %i ms on a page", async (ms) => {
    const lines = await drawn([0, (timeline) => timeline.mark("row", "█")], [ms, () => {}]);

    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(76);
    expect(lines[1]?.length).toBeGreaterThan(20);
  });
});
