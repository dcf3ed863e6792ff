import { describe, expect, it } from "vitest";
import { publishedPackages } from "../../scripts/lib/workspace.mjs";
import { Rehearsal } from "./rehearsal.js";

describe("a release", () => {
  it("moves the package that a changeset names, and no other", async () => {
    await using rehearsal = await Rehearsal.begin();
    const before = await rehearsal.versions();

    await rehearsal.change("@anyio/functools", "minor", "`reduce` takes an async iterable.");
    await rehearsal.version();

    const name = "@anyio/functools";
    expect(await rehearsal.versions()).toEqual({ ...before, [name]: nextMinor(before[name]) });
    const changelog = await rehearsal.read("packages/functools/CHANGELOG.md");
    expect(changelog).toContain(`## ${nextMinor(before[name])}`);
    expect(changelog).toContain("`reduce` takes an async iterable.");
    await expect(rehearsal.read(".changeset/a-change.md")).rejects.toThrow("ENOENT");
  });

  it("moves those that depend on it too, when its new version is out of their range", async () => {
    await using rehearsal = await Rehearsal.begin();
    const before = await rehearsal.versions();

    await rehearsal.change("@anyio/core", "minor", "`sleep` takes a reason.");
    await rehearsal.version();

    const dependents = publishedPackages()
      .map(({ manifest }) => manifest)
      .filter(({ dependencies }) => dependencies?.["@anyio/core"]);
    const moved = dependents.map(({ name }) => [name, nextPatch(before[name])]);
    expect(await rehearsal.versions()).toEqual({
      ...before,
      "@anyio/core": nextMinor(before["@anyio/core"]),
      ...Object.fromEntries(moved),
    });
    expect(await rehearsal.read("packages/task-groups/CHANGELOG.md")).toContain(
      `@anyio/core@${nextMinor(before["@anyio/core"])}`,
    );
    expect(await rehearsal.read("packages/task-groups/package.json")).toContain('"@anyio/core": "workspace:^"');
  });
});

function nextMinor(version = ""): string {
  const [major, minor] = version.split(".").map(Number);
  return `${major}.${(minor ?? 0) + 1}.0`;
}

function nextPatch(version = ""): string {
  const [major, minor, patch] = version.split(".").map(Number);
  return `${major}.${minor}.${(patch ?? 0) + 1}`;
}
