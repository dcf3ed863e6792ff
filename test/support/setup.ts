import { afterEach } from "vitest";
import { runtime } from "./runtimes.js";
import { takeWarnings } from "./warnings.js";

const expected = process.env["ANYIO_EXPECT_RUNTIME"];
const actual = `${runtime.family} ${runtime.version}`;
if (expected !== undefined && !actual.startsWith(expected)) {
  throw new Error(`this test worker runs on ${actual}, not on ${expected}`);
}

afterEach(async () => {
  const warnings = await takeWarnings();
  if (warnings.length > 0) {
    const list = warnings.map((warning) => warning.stack ?? warning.message).join("\n");
    throw new Error(`the test left ${warnings.length} process warning(s) behind:\n${list}`);
  }
});
