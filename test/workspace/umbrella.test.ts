import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundle } from "../../scripts/lib/bundle.mjs";
import { publishedPackages } from "../../scripts/lib/workspace.mjs";
import { ARROWS } from "./boundaries.js";

const published = publishedPackages();
const parts = published.filter(({ folder }) => ARROWS["anyio"]?.includes(folder));
const doors = new Map(published.map(({ manifest, dir }) => [manifest.name, readDoors(dir)]));
const flat = doors.get("anyio")?.get(".") ?? [];

describe("the umbrella", () => {
  it("holds every published package but those for tests", () => {
    const others = published.filter((candidate) => !parts.includes(candidate)).map(({ manifest }) => manifest.name);

    expect(others.toSorted()).toEqual(["@anyio/testing", "@anyio/vitest", "anyio"]);
  });

  it("offers every value and type of theirs under its own name, and no two have the same", () => {
    const names = parts.flatMap(({ manifest }) => doors.get(manifest.name)?.get(".") ?? []);

    expect(flat).toEqual(names.toSorted());
    expect(new Set(flat).size).toBe(flat.length);
  });

  it("has a subpath for each of their doors", () => {
    const expected = parts.flatMap(({ folder, manifest }) =>
      [...(doors.get(manifest.name) ?? [])].map(([door, names]) => [subpathOf(folder, door), names] as const),
    );
    // What worker threads and worker processes are made of is for our own pools.
    const open = new Map(expected.filter(([subpath]) => subpath !== "./core/workers"));

    expect(doors.get("anyio")).toEqual(new Map([...open, [".", flat]]));
  });

  const cases = parts.map(({ manifest }) => {
    const [name = ""] =
      doors
        .get(manifest.name)
        ?.get(".")
        ?.filter((name) => name.endsWith("(value)")) ?? [];
    return { name: name.replace(" (value)", ""), of: manifest.name };
  });

  it.each(cases)("weighs no more in a bundle than $of, where $name alone is used", async ({ name, of }) => {
    const byItself = await bundle(`export { ${name} } from "${of}";`);
    const byUmbrella = await bundle(`export { ${name} } from "anyio";`);

    expect(byUmbrella.imports).toEqual(byItself.imports);
    // The order of the modules decides which names get a second letter.
    expect(Math.abs(byUmbrella.size - byItself.size)).toBeLessThan(32);
  });
});

/** The names of each door, as exports.txt lists them. */
function readDoors(dir: string): ReadonlyMap<string, readonly string[]> {
  const text = readFileSync(join(dir, "exports.txt"), "utf8");
  return new Map(
    text.split("\n\n").map((block) => {
      const [door = "", ...names] = block.trim().split("\n");
      return [door, names.map((name) => name.trim()).toSorted()];
    }),
  );
}

/** `@anyio/streams/node` is `anyio/streams/node`; only the low level stands as high as in Python. */
function subpathOf(folder: string, door: string): string {
  return door === "./lowlevel" ? door : `./${folder}${door.slice(1)}`;
}
