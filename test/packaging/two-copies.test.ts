import { afterAll, beforeAll, describe, it } from "vitest";
import { exec, installedRuntimes, installProject, pack, published, repack, scratch } from "./packed.js";

let project: Awaited<ReturnType<typeof scratch>>;

beforeAll(async () => {
  project = await scratch();
  const core = published.find(({ manifest }) => manifest.name === "@anyio/core");
  if (!core) throw new Error("there is no @anyio/core");
  const first = await pack(core.dir, project.dir);
  const second = await repack(first, "0.999.0", project.dir);
  await installProject(project.dir, { "core-a": `file:${first}`, "core-b": `file:${second}` });
});
afterAll(() => project[Symbol.asyncDispose]());

describe("two copies of @anyio/core", () => {
  it.each(installedRuntimes)("share one scope tree and know each other's errors on $id", async ({ bin, args }) => {
    await exec(bin, [...args, "two-copies.mjs"], project.dir);
  });
});
