import { describe, expect, it } from "vitest";
import { publishedPackages } from "../../scripts/lib/workspace.mjs";
import { Rehearsal } from "./rehearsal.js";

describe("a release", () => {
  it("moves the package that a changeset names, and no other", async () => {
    await using rehearsal = await Rehearsal.begin("0.1.0");
    const before = await rehearsal.versions();

    await rehearsal.change({ "@anyio/functools": "minor" }, "`reduce` takes an async iterable.");
    await rehearsal.version();

    expect(await rehearsal.versions()).toEqual({ ...before, "@anyio/functools": "0.2.0", anyio: "0.1.1" });
    const changelog = await rehearsal.read("packages/functools/CHANGELOG.md");
    expect(changelog).toBe(
      "# @anyio/functools\n\n## 0.2.0\n\n### Minor Changes\n\n- `reduce` takes an async iterable.\n",
    );
    await expect(rehearsal.read(".changeset/a-change.md")).rejects.toThrow("ENOENT");
  });

  it("moves those that depend on it too, when its new version is out of their range", async () => {
    await using rehearsal = await Rehearsal.begin("0.1.0");
    const before = await rehearsal.versions();

    await rehearsal.change({ "@anyio/core": "minor" }, "`sleep` takes a reason.");
    await rehearsal.version();

    const moved = publishedPackages()
      .filter(({ manifest }) => manifest.dependencies?.["@anyio/core"])
      .map(({ manifest }) => [manifest.name, "0.1.1"]);
    expect(await rehearsal.versions()).toEqual({ ...before, "@anyio/core": "0.2.0", ...Object.fromEntries(moved) });
    expect(await rehearsal.read("packages/task-groups/CHANGELOG.md")).toContain("- Takes `@anyio/core@0.2.0`.");
    expect(await rehearsal.read("packages/task-groups/package.json")).toContain('"@anyio/core": "workspace:^"');
  });

  it("is 0.1.0 for all, the first time, and no news to those who depend on them", async () => {
    await using rehearsal = await Rehearsal.begin("0.0.0");
    const names = publishedPackages().map(({ manifest }) => manifest.name);

    await rehearsal.change(Object.fromEntries(names.map((name) => [name, "minor"])), "The first release:\n\n- a list");
    await rehearsal.version();

    expect(await rehearsal.versions()).toMatchObject(Object.fromEntries(names.map((name) => [name, "0.1.0"])));
    expect(await rehearsal.read("packages/task-groups/CHANGELOG.md")).toBe(
      "# @anyio/task-groups\n\n## 0.1.0\n\n### Minor Changes\n\n- The first release:\n\n  - a list\n",
    );
  });
});
