import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CancelScope } from "@anyio/core";
import { runProcess } from "@anyio/subprocess";
import { check } from "#support/property";
import { Mark, watchProcessTable } from "./support/marked.js";
import { text } from "./support/text.js";

watchProcessTable();

const COMMANDS = [
  "echo out",
  "sleep 0.01; echo out",
  "echo out; sleep 0.01 & true",
  "cat",
  "sleep 0.02 | cat; echo out",
];

describe("runProcess, cancelled at any moment", () => {
  it("has either all of the output or nothing, and nobody is left", async () => {
    await check(
      fc.asyncProperty(fc.constantFrom(...COMMANDS), fc.integer({ min: -1, max: 25 }), async (command, after) => {
        const mark = new Mark();
        const scope = new CancelScope();
        const timer = after < 0 ? undefined : setTimeout(() => scope.cancel(), after);
        if (after < 0) scope.cancel();

        const completed = await scope.run(() => runProcess(command, { input: "out\n", env: mark.env, grace: 50 }));
        clearTimeout(timer);

        expect(completed === undefined).toBe(scope.cancelledCaught);
        if (completed !== undefined) expect(text(completed.stdout)).toBe("out\n");
        mark.expectGone();
      }),
      80,
    );
  }, 60_000);
});
