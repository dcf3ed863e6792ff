import { describe, expect, it } from "vitest";
import { callable, type RemoteFunction, toThread, transfer } from "@anyio/threads";
import { caught } from "#support/caught";
import { inProgram } from "./support/program.js";
import { work } from "./support/work.js";

describe("transfer", { timeout: 30_000 }, () => {
  it("hands a result over, which is empty in the thread then", async () => {
    await inProgram(async () => {
      const bytes = await toThread.run(work.giveBack, [1_000_000]);

      expect([bytes.length, bytes[0], await toThread.run(work.lengthOfKept)]).toEqual([1_000_000, 7, 0]);
    });
  });

  it("hands over an argument, and what else the call transfers", async () => {
    const [one, two] = [new Uint8Array(1_000), new Uint8Array(2_000)];
    const lengths = (one: Uint8Array, two: Uint8Array, three: string): number[] => [
      one.length,
      two.length,
      three.length,
    ];

    const given = [transfer(one, [one.buffer]), two, "none"] as const;
    const there = await inProgram(() => toThread.run(lengths, given, { transfer: [two.buffer] }));

    expect([there, one.length, two.length]).toEqual([[1_000, 2_000, 4], 0, 0]);
  });

  it.each([
    ["blocking", work.handOverSync],
    ["async", work.handOver],
  ] as const)("hands over the argument of a call back: %s", async (_how, fn) => {
    const received: number[] = [];
    const take = callable((bytes: Uint8Array) => void received.push(bytes.length));

    const left = await inProgram(() => toThread.run(fn, [take as RemoteFunction<(bytes: Uint8Array) => void>]));

    expect([received, left]).toEqual([[1_000], 0]);
  });

  it("is a DataCloneError as a part of something else", async () => {
    const bytes = new Uint8Array(1_000);
    const error = await caught(
      inProgram(() => toThread.run((given: object) => given, [{ inside: transfer(bytes, [bytes.buffer]) }])),
      DOMException,
    );

    expect([error.name, bytes.length]).toEqual(["DataCloneError", 1_000]);
    expect(
      (
        await caught(
          inProgram(() => toThread.run(work.giveBackInside)),
          DOMException,
        )
      ).name,
    ).toBe("DataCloneError");
  });

  it("refuses a list that is none", () => {
    expect(() => transfer(1, 2 as never)).toThrow(TypeError);
  });
});
