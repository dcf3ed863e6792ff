import { describe, expect, it } from "vitest";
import { runtime } from "#support/runtimes";

// `npm run test:runtimes` sets it to what it has started, "bun 1.4" for example; without it, it is the Node that we
// call ourselves.
const expected = process.env["ANYIO_EXPECT_RUNTIME"] ?? `node ${process.versions.node}`;

describe("runtime", () => {
  it(`is ${expected}`, () => {
    expect(`${runtime.family} ${runtime.version}`).toContain(expected);
  });
});
