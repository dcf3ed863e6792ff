import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { publishedPackages } from "../../scripts/lib/workspace.mjs";
import { listDoors } from "./doors.js";

describe("the doors", () => {
  // A new or a lost name is a change of this list, to be reviewed: `npm run exports:update` writes it.
  it.each(publishedPackages())(
    "of $manifest.name offer what exports.txt lists",
    { timeout: 60_000 },
    async (candidate) => {
      await expect(listDoors(candidate)).toMatchFileSnapshot(join(candidate.dir, "exports.txt"));
    },
  );
});
