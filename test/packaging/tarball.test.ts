import { describe, expect, it, beforeAll, afterAll } from "vitest";
import { exec, pack, published, root, scratch, tool } from "./packed.js";

const LICENSED = ["LICENSE", "README.md", "package.json"];

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

    const strangers = files.filter(
      (file) => !/^dist\/[\w.-]+\.(js|js\.map|d\.ts)$/.test(file) && file !== "CHANGELOG.md",
    );
    expect(strangers.toSorted()).toEqual(LICENSED);
  });

  it("has source maps that need no source file", async () => {
    const maps = await exec("tar", ["-xzOf", tarball, "--wildcards", "package/dist/*.js.map"], place.dir);

    expect(maps).toContain('"sourcesContent"');
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
      description: expect.stringMatching(/^[^.]+\.$/) as string,
    });
  });

  it("satisfies publint", async () => {
    await exec(tool("publint"), ["run", tarball, "--strict"], root);
  });

  it("satisfies are-the-types-wrong", async () => {
    await exec(tool("attw"), [tarball, "--profile", "esm-only"], root);
  });
});
