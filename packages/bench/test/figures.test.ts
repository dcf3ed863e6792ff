import { describe, expect, it } from "vitest";
import { figuresTables, notes } from "../src/report/figures.js";
import { row, workload } from "./fixtures.js";

describe("figuresTables", () => {
  it("shows ours against each peer's", () => {
    expect(lines(figuresTables([row("spawn", { anyio: [1], effect: [4] })]))).toEqual([
      "workload unit anyio effect ÷ effect",
      "spawn time ns 1 4 0.25x",
    ]);
  });

  it("makes a table for each field of contestants", () => {
    const rows = [
      row("spawn", { anyio: [1], effect: [4] }),
      row("tree", { anyio: [2], effect: [4] }),
      row("lock", { anyio: [3], "p-limit": [3] }),
    ];

    expect(lines(figuresTables(rows))).toEqual([
      "workload unit anyio effect ÷ effect",
      "spawn time ns 1 4 0.25x",
      "tree time ns 2 4 0.50x",
      "",
      "workload unit anyio p-limit ÷ p-limit",
      "lock time ns 3 3 1.00x",
    ]);
  });
});

describe("notes", () => {
  it("say what a workload is, who did less of it, and who failed", () => {
    const cut = row("spawn", { anyio: [1], effect: "overflow", effection: [4] });

    const said = notes([cut], [workload({ title: "spawn and join", size: 10 })]);

    expect(said.split("\n")).toEqual(["spawn: spawn and join (10)", "spawn time: effect fails: overflow"]);
    expect(notes([cut], [workload({ size: 2_000 })])).toContain("spawn time: effection did 10 only");
  });
});

function lines(text: string): string[] {
  return text.split("\n").map((line) => line.replaceAll(/ +/g, " "));
}
