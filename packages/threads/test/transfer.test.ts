import { describe, expect, it } from "vitest";
import { toThread, transfer } from "@anyio/threads";
import { inProgram } from "./support/program.js";
import { work } from "./support/work.js";

describe("transfer", { timeout: 30_000 }, () => {
  it("hands a result over, which is empty in the thread then", async () => {
    await inProgram(async () => {
      const bytes = await toThread.run(work.giveBack, [1_000_000]);

      expect([bytes.length, bytes[0], await toThread.run(work.lengthOfKept)]).toEqual([1_000_000, 7, 0]);
    });
  });

  it("refuses a list that is none", () => {
    expect(() => transfer(1, 2 as never)).toThrow(TypeError);
  });
});
