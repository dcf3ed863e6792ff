import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runtime } from "#support/runtimes";

// `npm run test:runtimes` sets it to what it has started, "bun 1." for example; without it, it is the Node that we
// call ourselves.
const expected = process.env["ANYIO_EXPECT_RUNTIME"] ?? `node ${process.versions.node}`;

describe("runtime", () => {
  it(`is ${expected}`, () => {
    expect(`${runtime.family} ${runtime.version}`).toContain(expected);
  });

  if (process.env["ANYIO_TEST_BUILT"] === "1") {
    it("gives one package the other as it is built", () => {
      const { resolve } = createRequire(join(import.meta.dirname, "../../packages/task-groups/dist/index.js"));

      expect(resolve("@anyio/core")).toMatch(/packages\/core\/dist\/index\.js$/);
    });
  }
});
