import { describe, expect, it } from "vitest";
import { CapacityLimiter } from "@anyio/sync";
import { callable, type RemoteFunction, toThread, transfer } from "@anyio/threads";
import { inProgram } from "./support/program.js";
import { built, work } from "./support/work.js";

const copy = (await import((await built("copy")).href)) as typeof import("./fixtures/copy.js");

const lengthOf = (bytes: Uint8Array): number => bytes.length;
const ask = (question: RemoteFunction<(n: number) => number>): number => question.callSync(21);
const double = (n: number): number => 2 * n;

describe("two copies of the package in one process", { timeout: 30_000 }, () => {
  it("are two", () => {
    expect(copy.toThread).not.toBe(toThread);
    expect(copy.CapacityLimiter).not.toBe(CapacityLimiter);
  });

  it.each([
    ["this one calls", toThread, copy],
    ["the other one calls", copy.toThread, { callable, transfer, CapacityLimiter }],
  ])("understand what the other one has made: %s", async (_how, { run }, other) => {
    await inProgram(async () => {
      const limiter = new other.CapacityLimiter(1);
      const bytes = new Uint8Array(1_000);

      expect(await run(ask, [other.callable(double)], { limiter })).toBe(42);
      expect(await run(lengthOf, [other.transfer(bytes, [bytes.buffer])])).toBe(1_000);
      expect(bytes.length).toBe(0);
      expect(await run(work.add, [1, 2])).toBe(3);
      expect(limiter.borrowedTokens).toBe(0);
    });
  });
});
