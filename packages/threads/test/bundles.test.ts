import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { build as tsup } from "tsup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build as vite } from "vite";
import { runtime } from "#support/runtimes";

const packages = fileURLToPath(new URL("../..", import.meta.url));

const MAIN = `
  import { run } from "@anyio/core";
  import { callable, startBlockingPortal, toThread, worker } from "@anyio/threads";

  const work = worker<typeof import("./work.js")>(new URL("./work.js", import.meta.url));
  const seen: number[] = [];
  const double = await run(() => toThread.run(work.double, [21, callable((n: number) => void seen.push(n))]));
  const portal = startBlockingPortal();
  console.log(double, seen.join(), portal.call(work.later, ["done"]));
  portal.close();
`;
const WORK = `
  import { fromThread, type RemoteFunction } from "@anyio/threads";

  export function double(n: number, progress: RemoteFunction<(n: number) => void>): number {
    fromThread.checkCancelled();
    progress.callSync(n);
    return 2 * n;
  }

  export const later = async (value: string): Promise<string> => value;
`;

describe("a program that is bundled, the packages too", { timeout: 60_000 }, () => {
  let directory = "";
  const entries = (): { main: string; work: string } => ({
    main: join(directory, "src/main.ts"),
    work: join(directory, "src/work.ts"),
  });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "anyio-threads-"));
    await mkdir(join(directory, "src"));
    await mkdir(join(directory, "node_modules/@anyio"), { recursive: true });
    for (const name of ["core", "sync", "task-groups", "threads"]) {
      await symlink(join(packages, name), join(directory, "node_modules/@anyio", name));
    }
    await writeFile(join(directory, "package.json"), '{ "type": "module" }');
    await writeFile(entries().main, MAIN);
    await writeFile(entries().work, WORK);
  });

  afterAll(() => rm(directory, { recursive: true }));

  /** Runs what was built, out of reach of the packages. */
  async function printed(outdir: string): Promise<string> {
    const alone = await mkdtemp(join(tmpdir(), "anyio-threads-"));
    try {
      await writeFile(join(alone, "package.json"), '{ "type": "module" }');
      await symlink(join(directory, outdir), join(alone, "dist"));
      expect((await readdir(join(alone, "dist"))).filter((name) => /^(main|work)\.js$/.test(name))).toHaveLength(2);
      const flags = runtime.family === "deno" ? ["run", "-A"] : [];
      const env = { ...process.env, NODE_OPTIONS: "" };
      const { stdout } = await promisify(execFile)(process.execPath, [...flags, join(alone, "dist/main.js")], { env });
      return stdout;
    } finally {
      await rm(alone, { recursive: true });
    }
  }

  it("runs: esbuild", async () => {
    await build({
      entryPoints: entries(),
      outdir: join(directory, "esbuild"),
      bundle: true,
      minify: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: "node20",
    });

    expect(await printed("esbuild")).toBe("42 21 done\n");
  });

  it("runs: tsup", async () => {
    await tsup({
      entry: entries(),
      outDir: join(directory, "tsup"),
      format: "esm",
      target: "node20",
      noExternal: [/^@anyio/],
      config: false,
      silent: true,
    });

    expect(await printed("tsup")).toBe("42 21 done\n");
  });

  it("runs: vite", async () => {
    await vite({
      root: directory,
      configFile: false,
      logLevel: "error",
      ssr: { noExternal: true },
      build: {
        ssr: true,
        target: "node20",
        outDir: join(directory, "vite"),
        rollupOptions: { input: entries(), output: { entryFileNames: "[name].js" } },
      },
    });

    expect(await printed("vite")).toBe("42 21 done\n");
  });
});
