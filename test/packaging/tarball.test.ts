import { readdir, readFile } from "node:fs/promises";
import { SourceMap, type SourceMapPayload } from "node:module";
import { join } from "node:path";
import { describe, expect, it, beforeAll, afterAll } from "vitest";
import { root } from "../../scripts/lib/run.mjs";
import { exec, pack, published, scratch, tool } from "./packed.js";

const CODE = /^dist\/[\w.-]+\.(js|js\.map|d\.ts)$/;
/** How far apart the places are that are looked up in a source map, in lines. */
const STEP = 10;

describe.each(published)("the tarball of $manifest.name", ({ dir, manifest }) => {
  let place: Awaited<ReturnType<typeof scratch>>;
  let tarball: string;

  beforeAll(async () => {
    place = await scratch();
    tarball = await pack(dir, place.dir);
  });
  afterAll(() => place[Symbol.asyncDispose]());

  it("holds code, types, source maps, the licence and the words about it, and nothing else", async () => {
    const listed = await exec("tar", ["-tzf", tarball], place.dir);
    const files = listed
      .trim()
      .split("\n")
      .map((file) => file.replace(/^package\//, ""));

    const words = ["LICENSE", "README.md", "package.json"];
    // What has never been released has nothing to tell yet.
    if (manifest.version !== "0.0.0") words.unshift("CHANGELOG.md");
    expect(files.filter((file) => !CODE.test(file)).toSorted()).toEqual(words);
  });

  it("has source maps that lead into the sources, which they have with them", async () => {
    await exec("tar", ["-xzf", tarball], place.dir);
    const dist = join(place.dir, "package/dist");
    const programs = (await readdir(dist)).filter((name) => name.endsWith(".js"));

    expect(programs).not.toEqual([]);
    for (const name of programs) {
      const code = await readFile(join(dist, name), "utf8");
      expect(code.trimEnd().split("\n").at(-1)).toBe(`//# sourceMappingURL=${name}.map`);
      const payload = JSON.parse(await readFile(join(dist, `${name}.map`), "utf8")) as SourceMapPayload;
      expect(payload.sourcesContent).toHaveLength(payload.sources.length);
      // Nothing tells on what machine, and where, it was built.
      expect([code, ...payload.sources].filter((text) => text.includes(root))).toEqual([]);

      const map = new SourceMap(payload);
      for (let line = 0; line < code.split("\n").length; line += STEP) {
        const found = map.findEntry(line, 0);
        if (!("originalSource" in found)) continue;
        const source = payload.sourcesContent[payload.sources.indexOf(found.originalSource)];
        expect(source?.split("\n").length, `${name}:${line}`).toBeGreaterThan(found.originalLine);
      }
    }
  });

  it("names versions where the workspace names itself, and no door to the sources", async () => {
    const packed = await exec("tar", ["-xzOf", tarball, "package/package.json"], place.dir);

    expect(packed).not.toContain("workspace:");
    expect(packed).not.toContain("@anyio/source");
    expect(JSON.parse(packed)).toMatchObject({
      name: manifest.name,
      type: "module",
      sideEffects: false,
      license: "MIT",
      engines: { node: ">=20.19" },
      description: expect.stringMatching(/^(?!.*\. ).+\.$/) as string,
    });
  });

  it("satisfies publint", async () => {
    await exec(tool("publint"), ["run", tarball, "--strict"], root);
  });

  it("satisfies are-the-types-wrong", async () => {
    await exec(tool("attw"), [tarball, "--profile", "esm-only"], root);
  });
});
