import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../../scripts/lib/run.mjs";
import { publishedPackages } from "../../scripts/lib/workspace.mjs";
import { ARROWS, PEERS, violations } from "./boundaries.js";

const published = publishedPackages();

describe("the arrows between packages", () => {
  it("only lead to packages further up", () => {
    const order = Object.keys(ARROWS);

    for (const [index, name] of order.entries()) {
      const further = ARROWS[name]?.filter((target) => !order.slice(0, index).includes(target));
      expect(further, name).toEqual([]);
    }
  });

  it.each(published)("are kept by the manifest of $manifest.name", ({ folder, manifest }) => {
    const { dependencies = {}, peerDependencies = {}, optionalDependencies } = manifest;

    const siblings = ARROWS[folder]?.map((name) => `@anyio/${name}`);
    expect(siblings).toEqual(expect.arrayContaining(Object.keys(dependencies)));
    expect(PEERS[folder] ?? []).toEqual(Object.keys(peerDependencies));
    expect(optionalDependencies).toBeUndefined();
    for (const [name, range] of Object.entries(dependencies)) {
      expect(range, `${name} in ${manifest.name}`).toBe("workspace:^");
    }
  });

  it.each(published)("are kept by the sources of $manifest.name", ({ dir }) => {
    const sources = filesIn(`${dir}/src`);

    expect(sources.length).toBeGreaterThan(0);
    expect(sources.flatMap((file) => violations(file))).toEqual([]);
  });
});

describe("violations", () => {
  const cases: [string, string, boolean][] = [
    ["packages/core/src/run.ts", "node:async_hooks", true],
    ["packages/core/src/run.ts", "node:process", false],
    ["packages/core/src/run.ts", "fs", false],
    ["packages/core/src/internal/task.ts", "../errors.js", true],
    ["packages/core/src/internal/task.ts", "../../../task-groups/src/index.js", false],
    ["packages/core/src/run.ts", "@anyio/task-groups", false],
    ["packages/core/src/run.ts", "effect", false],
    ["packages/task-groups/src/race.ts", "@anyio/core/lowlevel", true],
    ["packages/task-groups/src/race.ts", "@anyio/core/src/run.js", false],
    ["packages/streams/src/node.ts", "node:stream", true],
    ["packages/streams/src/text.ts", "node:stream", false],
    ["packages/net/src/tcp.ts", "node:net", true],
    ["packages/vitest/src/index.ts", "vitest/runners", true],
  ];

  it.each(cases)("in %s an import of %s is fine: %s", (path, specifier, fine) => {
    const forms = [
      `import { x } from "${specifier}";`,
      `export * from "${specifier}";`,
      `await import("${specifier}");`,
    ];

    for (const text of forms) expect(violations({ path, text }).length === 0).toBe(fine);
  });
});

function filesIn(dir: string) {
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(dir, name))
    .map((file) => ({ path: relative(root, file), text: readFileSync(file, "utf8") }));
}
