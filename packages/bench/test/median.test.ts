import { describe, expect, it } from "vitest";
import { median } from "../src/median.js";

describe("median", () => {
  it("is the middle value, whatever the order", () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it("is the mean of the two middle values of an even number", () => {
    expect(median([4, 1, 2, 100])).toBe(3);
  });

  it("is infinite where most samples never came", () => {
    expect(median([Infinity, 1, Infinity])).toBe(Infinity);
  });

  it("rejects an empty list", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});
