import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { root } from "../../scripts/lib/run.mjs";
import { inOrder, publishedPackages } from "../../scripts/lib/workspace.mjs";
import { integrityOf, Registry } from "./registry.js";

const ordered = inOrder(publishedPackages()).map(({ manifest }) => manifest);
/** Some, for they take a second each, and each is packed by the tests of packaging. */
const some = ["anyio", "@anyio/core"];

/** A line for each of them, dependencies first; one that is new waits for its first version. */
function allAre(outcome: string): string[] {
  return ordered
    .filter(({ name }) => some.includes(name))
    .map(({ name, version }) => (version === "0.0.0" ? `${name}: no version yet` : `${name}@${version}: ${outcome}`));
}

/** Runs `npm run release:publish` against a registry of ours, and gives its lines. */
async function publish(registry: Registry, ...args: string[]): Promise<string[]> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_config_|NODE_OPTIONS$)/i.test(name));
  const repository = { GITHUB_SERVER_URL: "https://github.example", GITHUB_REPOSITORY: "someone/anyio" };
  const env = { ...Object.fromEntries(inherited), ...repository, ...registry.environment };
  const script = join(root, "scripts/publish.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...some, ...args], { cwd: root, env });
  return stdout.trim().split("\n");
}

describe("npm run release:publish", () => {
  it("packs and checks in a dry run, and asks the registry nothing", async () => {
    await using registry = await Registry.open();

    const lines = await publish(registry, "--dry-run");

    expect(lines).toEqual(allAre("would be published"));
    expect(registry.requests).toEqual([]);
  });

  it("uploads what the registry has not got, dependencies first, for everybody to have", async () => {
    await using registry = await Registry.open();

    const lines = await publish(registry, "--no-provenance");

    expect(lines).toEqual(allAre("published"));
    const released = ordered.filter(({ name, version }) => some.includes(name) && version !== "0.0.0");
    expect(registry.uploads.map(({ name }) => name)).toEqual(released.map(({ name }) => name));
    for (const { name, access, manifest, tarball } of registry.uploads) {
      expect({ name, access }).toEqual({ name, access: "public" });
      expect(manifest.dist.integrity).toBe(integrityOf(tarball));
      expect(JSON.stringify(manifest)).not.toMatch(/workspace:|@anyio\/source/);
      const { folder } = publishedPackages().find((each) => each.manifest.name === name) ?? {};
      const url = "git+https://github.example/someone/anyio.git";
      expect(manifest["repository"]).toEqual({ type: "git", url, directory: `packages/${folder}` });
    }

    expect(await publish(registry, "--no-provenance")).toEqual(allAre("is there already"));
  });
});

describe("inOrder", () => {
  it("has each package once, behind all that it depends on", () => {
    expect(ordered.map(({ name }) => name).toSorted()).toEqual(
      publishedPackages()
        .map(({ manifest }) => manifest.name)
        .toSorted(),
    );
    for (const [index, { dependencies = {} }] of ordered.entries()) {
      const before = ordered.slice(0, index).map(({ name }) => name);
      expect(before).toEqual(expect.arrayContaining(Object.keys(dependencies)));
    }
  });
});
