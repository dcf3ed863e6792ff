import { describe, expect, it } from "vitest";

const FLAT = [
  "@anyio/core",
  "@anyio/task-groups",
  "@anyio/sync",
  "@anyio/streams",
  "@anyio/net",
  "@anyio/subprocess",
  "@anyio/threads",
  "@anyio/fs",
  "@anyio/signals",
  "@anyio/functools",
];
const SUBPATHS = [
  ...FLAT.map((name) => [name.slice(1), name] as const),
  ["anyio/lowlevel", "@anyio/core/lowlevel"] as const,
  ["anyio/streams/node", "@anyio/streams/node"] as const,
];

// Here, as a test would be too short for loading all of it on a busy machine.
const umbrella = await namesOf("anyio");

describe("anyio", () => {
  it.each(FLAT)("offers the very things that %s offers", async (name) => {
    const offered = await namesOf(name);

    expect(offered.size).toBeGreaterThan(0);
    expect([...umbrella]).toEqual(expect.arrayContaining([...offered]));
  });

  it("offers nothing else", async () => {
    const offered = await Promise.all(FLAT.map(namesOf));

    const names = offered.flatMap((names) => [...names.keys()]);
    expect([...umbrella.keys()].toSorted()).toEqual(names.toSorted());
  });

  it.each(SUBPATHS)("is by the name of %s what %s is", async (subpath, name) => {
    expect(await namesOf(subpath)).toEqual(await namesOf(name));
  });
});

async function namesOf(door: string): Promise<ReadonlyMap<string, unknown>> {
  return new Map(Object.entries((await import(door)) as object));
}
