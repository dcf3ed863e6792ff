import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runtimes } from "../../scripts/lib/runtimes.mjs";
import { exec, installProject, pack, root, scratch, standalone, tool } from "./packed.js";

const doors = standalone.flatMap(({ manifest }) =>
  Object.keys(manifest.exports ?? {})
    .filter((door) => door !== "./package.json")
    .map((door) => manifest.name + door.slice(1)),
);
// Beside our own Node, those that `npm run runtimes:install` has brought.
const installed = runtimes.filter(({ bin }) => existsSync(bin));

let project: Awaited<ReturnType<typeof scratch>>;

beforeAll(async () => {
  project = await scratch();
  const tarballs = await Promise.all(
    standalone.map(async ({ dir, manifest }) => [manifest.name, `file:${await pack(dir, project.dir)}`] as const),
  );
  // The workspace's own copy: any will do, and this one is there without a network.
  const types = ["@types/node", `file:${join(root, "node_modules/@types/node")}`] as const;
  await installProject(project.dir, Object.fromEntries([...tarballs, types]));
});
afterAll(() => project[Symbol.asyncDispose]());

describe("an empty project with the tarballs", () => {
  it("has one copy of each package", async () => {
    const lock = JSON.parse(await readFile(join(project.dir, "package-lock.json"), "utf8")) as { packages: object };
    const copies = Object.keys(lock.packages).filter((path) => /node_modules\/(@anyio\/|anyio$)/.test(path));

    expect(copies.toSorted()).toEqual(standalone.map(({ manifest }) => `node_modules/${manifest.name}`).toSorted());
  });

  it.each(["NodeNext", "Bundler"])(
    "compiles a program of strict TypeScript, libraries checked, with %s",
    async (resolution) => {
      const config = {
        compilerOptions: {
          target: "ES2022",
          lib: ["ES2023", "ESNext.Disposable"],
          module: resolution === "NodeNext" ? "NodeNext" : "ESNext",
          moduleResolution: resolution,
          types: ["node"],
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: false,
          noEmit: true,
        },
        files: ["consumer.ts", "doors.ts"],
      };
      const imports = doors.map((door, index) => `import * as door${index} from "${door}";\nvoid door${index};`);
      await writeFile(join(project.dir, "tsconfig.json"), JSON.stringify(config));
      await writeFile(join(project.dir, "doors.ts"), imports.join("\n"));

      await exec(tool("tsc"), ["-p", "."], project.dir);
    },
  );

  it.each(installed)("runs as ES modules and through require() on $id", async ({ bin, args }) => {
    await writeFile(join(project.dir, "doors.cjs"), doors.map((door) => `require("${door}");`).join("\n"));

    await exec(bin, [...args, "use.mjs"], project.dir);
    await exec(bin, [...args, "use.cjs"], project.dir);
    await exec(bin, [...args, "doors.cjs"], project.dir);
  });
});
