import { readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../scripts/lib/run.mjs";
import { examples, matching, runExample } from "../workspace/examples.js";
import {
  exec,
  installAlone,
  installedRuntimes,
  installProject,
  packAll,
  pick,
  published,
  scratch,
  standalone,
  type Tarballs,
  tool,
} from "./packed.js";

const doors = standalone.flatMap(({ manifest }) =>
  Object.keys(manifest.exports ?? {})
    .filter((door) => door !== "./package.json")
    .map((door) => manifest.name + door.slice(1)),
);

const shown = examples();

let project: Awaited<ReturnType<typeof scratch>>;
let tarballs: Tarballs;

beforeAll(async () => {
  project = await scratch();
  tarballs = await packAll(project.dir);
  // The workspace's own copy: any will do, and this one is there without a network.
  const types = { "@types/node": `file:${join(root, "node_modules/@types/node")}` };
  await installProject(project.dir, { ...pick(tarballs, standalone), ...types });
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

  it.each(installedRuntimes)("runs as ES modules and through require() on $id", async ({ bin, args }) => {
    await writeFile(join(project.dir, "doors.cjs"), doors.map((door) => `require("${door}");`).join("\n"));

    await exec(bin, [...args, "use.mjs"], project.dir);
    await exec(bin, [...args, "use.cjs"], project.dir);
    await exec(bin, [...args, "doors.cjs"], project.dir);
  });

  it.each(installedRuntimes.filter(({ id }) => id === "deno"))(
    "asks $id for no permission to be imported",
    async (deno) => {
      const imports = doors.map((door) => `import "${door}";`);
      const program = 'import { run, sleep } from "@anyio/core"; await run(() => sleep(1));';
      await writeFile(join(project.dir, "doors.mjs"), [...imports, program].join("\n"));

      await exec(deno.bin, ["run", "--no-prompt", "doors.mjs"], project.dir);
    },
  );
});

describe.each(published)("a project with $manifest.name alone", ({ folder, dir, manifest }) => {
  it("has what that depends on, and runs the README's example", async () => {
    await using alone = await scratch();
    await installAlone(alone.dir, manifest, tarballs);
    const installed = await readdir(join(alone.dir, "node_modules"), { recursive: true });

    const ours = installed.filter((path) => /^(@anyio\/[\w-]+|anyio)$/.test(path));
    expect(ours.toSorted()).toEqual([...closureOf(manifest.name)].toSorted());
    if (manifest.peerDependencies) return await runInVitest(dir, alone.dir);

    const example = shown.find(({ place }) => place.startsWith(`packages/${folder}/README.md:`));
    if (!example) throw new Error("the README has no example");
    const { stdout, stderr } = await runExample(example, alone.dir);
    expect({ stdout, stderr }).toEqual({ stdout: matching(example.output), stderr: "" });
  });
});

/** A package, and whatever comes with it. */
function closureOf(name: string): Set<string> {
  const dependencies = published.find(({ manifest }) => manifest.name === name)?.manifest.dependencies ?? {};
  return new Set([name, ...Object.keys(dependencies).flatMap((dependency) => [...closureOf(dependency)])]);
}

/** The files that a README shows, each with its name in the first line; run by the workspace's own vitest. */
async function runInVitest(dir: string, project: string): Promise<void> {
  const readme = await readFile(join(dir, "README.md"), "utf8");
  const files = [...readme.matchAll(/^```js\n\/\/ (?<name>[\w.]+)\n(?<code>.*?)^```$/gms)];
  for (const { groups: { name = "", code = "" } = {} } of files) await writeFile(join(project, name), code);
  await symlink(join(root, "node_modules/vitest"), join(project, "node_modules/vitest"));

  const printed = await exec(process.execPath, ["node_modules/vitest/vitest.mjs", "run"], project);
  expect(files.map(({ groups }) => groups?.["name"])).toEqual(["patience.test.js", "vitest.config.js"]);
  expect(stripVTControlCharacters(printed)).toMatch(/Tests +1 passed/);
}
