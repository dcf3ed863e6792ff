import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { coreDoors, coreImports, kernelGraph, reachable, reduced, rooms } from "../../scripts/lib/kernel-graph.mjs";
import { PAGE, withPicture } from "../../scripts/lib/kernel-picture.mjs";

describe("the rooms of the core, in docs/kernel.md", () => {
  const graph = kernelGraph();

  it("have each file once, but for the doors", () => {
    const files = [...rooms().flatMap((room) => room.files), ...coreDoors()];

    expect(files.toSorted()).toEqual([...coreImports().keys()].toSorted());
  });

  it("know only those above them", () => {
    const names = rooms().map(({ name }) => name);

    for (const [index, name] of names.entries()) {
      const further = [...(graph.get(name) ?? [])].filter((target) => !names.slice(0, index).includes(target));
      expect(further, name).toEqual([]);
    }
  });

  it("end with leaves, which only the doors know", () => {
    const whoKnowsLeaves = [...graph].filter(([, targets]) => targets.has("leaves")).map(([name]) => name);

    expect(whoKnowsLeaves).toEqual(["@anyio/core", "@anyio/core/lowlevel"]);
  });
});

describe("the picture of the kernel, in CONTRIBUTING.md", () => {
  it("shows the code as it is: `npm run picture` draws it anew", () => {
    const page = readFileSync(PAGE, "utf8");

    expect(withPicture(page)).toBe(page);
  });
});

describe("reduced", () => {
  it("leaves out what follows, and nothing else", () => {
    const graph = new Map([
      ["a", new Set(["b", "c", "d"])],
      ["b", new Set(["c"])],
      ["c", new Set<string>()],
      ["d", new Set<string>()],
    ]);

    expect([...(reduced(graph).get("a") ?? [])]).toEqual(["b", "d"]);
    for (const node of graph.keys()) expect(reachable(reduced(graph), node)).toEqual(reachable(graph, node));
  });
});
