import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { check } from "#support/property";
import { Backlog } from "../src/internal/backlog.js";

describe("a backlog of datagrams", () => {
  it("is an array of which the first are dropped", async () => {
    const programs = fc.tuple(
      fc.integer({ min: 1, max: 70 }),
      fc.array(fc.constantFrom("push", "push", "shift"), { maxLength: 300 }),
    );

    await check(
      fc.asyncProperty(programs, async ([max, actions]) => {
        const backlog = new Backlog<number>(max);
        const model: number[] = [];
        let dropped = 0;
        for (const [n, action] of actions.entries()) {
          if (action === "push") {
            backlog.push(n);
            if (model.push(n) > max) dropped += model.splice(0, 1).length;
          } else if (model.length > 0) expect(backlog.shift()).toBe(model.shift());
          expect([backlog.length, backlog.dropped]).toEqual([model.length, dropped]);
        }
        while (model.length > 0) expect(backlog.shift()).toBe(model.shift());
      }),
      500,
    );
  });

  it("is empty once it is cleared, and goes on", () => {
    const backlog = new Backlog<number>(3);
    for (const n of [1, 2, 3, 4]) backlog.push(n);

    backlog.clear();
    backlog.push(5);

    expect([backlog.length, backlog.dropped, backlog.shift()]).toEqual([1, 1, 5]);
  });
});
