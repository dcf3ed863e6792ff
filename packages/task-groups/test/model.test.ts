import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { predict } from "./support/model.js";
import { programs } from "./support/program.js";
import { check } from "#support/property";
import { execute } from "./support/reality.js";
import { SeededScheduler } from "#support/seeded-scheduler";

describe("any program of groups and scopes", () => {
  it("does what the model of the rules says", { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(programs(), async (program) => {
      expect(await execute(program)).toEqual(predict(program));
    });

    await check(property, 2000);
  });

  it("does the same under every schedule", { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(programs(), fc.integer(), async (program, seed) => {
      expect(await execute(program, new SeededScheduler(seed))).toEqual(predict(program));
    });

    await check(property, 1000);
  });
});
