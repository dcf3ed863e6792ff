import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../scripts/lib/run.mjs";
import { runtimes } from "../../scripts/lib/runtimes.mjs";
import { type Manifest, publishedPackages } from "../../scripts/lib/workspace.mjs";

export const published = publishedPackages();
/** Those that a program can import by itself: the others need a framework around them. */
export const standalone = published.filter(({ manifest }) => !("peerDependencies" in manifest));

/** Beside our own Node, those that `npm run runtimes:install` has brought. */
export const installedRuntimes = runtimes.filter(({ bin }) => existsSync(bin));

/** The repository's own tool of that name. */
export function tool(name: string): string {
  return join(root, "node_modules/.bin", name);
}

/** Runs a command, and rejects with all that it printed when it fails. */
export async function exec(command: string, args: string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd, env: plainEnvironment() });
    return stdout;
  } catch (error) {
    const { message, stdout, stderr } = error as { message: string; stdout?: string; stderr?: string };
    throw new Error([message, stdout, stderr].filter(Boolean).join("\n"), { cause: error });
  }
}

/** An empty directory outside the workspace, gone with the disposal. */
export async function scratch(): Promise<{ dir: string } & AsyncDisposable> {
  const dir = await mkdtemp(join(tmpdir(), "anyio-"));
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

/** Packs a package as it would be published, and tells where the tarball is. */
export async function pack(dir: string, destination: string): Promise<string> {
  const printed = await exec(tool("pnpm"), ["pack", "--json", "--pack-destination", destination], dir);
  const { filename } = JSON.parse(printed) as { filename: string };
  return filename;
}

/** Where the tarball of each published package is, by name. */
export type Tarballs = Readonly<Record<string, string>>;

export async function packAll(destination: string): Promise<Tarballs> {
  const packed = published.map(async ({ dir, manifest }) => [manifest.name, await pack(dir, destination)] as const);
  return Object.fromEntries(await Promise.all(packed));
}

/** The tarballs of some, as a manifest names them. */
export function pick(tarballs: Tarballs, wanted: typeof published): Record<string, string> {
  return Object.fromEntries(wanted.map(({ manifest: { name } }) => [name, `file:${tarballs[name]}`]));
}

/** Packs a package a second time under another version, and tells where that tarball is. */
export async function repack(tarball: string, version: string, destination: string): Promise<string> {
  const dir = join(destination, `unpacked-${version}`);
  await mkdir(dir);
  await exec("tar", ["-xzf", tarball, "-C", dir, "--strip-components=1"], destination);
  const manifest = JSON.parse(await readFile(join(dir, "package.json"), "utf8")) as object;
  await writeFile(join(dir, "package.json"), JSON.stringify({ ...manifest, version }));
  const printed = await exec("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", destination], dir);
  const [packed] = JSON.parse(printed) as [{ filename: string }];
  return join(destination, packed.filename);
}

/** Makes `dir` a project that depends on the tarballs alone, with our example programs in it, and installs it. */
export async function installProject(dir: string, dependencies: Record<string, string>): Promise<void> {
  await cp(join(import.meta.dirname, "programs"), dir, { recursive: true });
  await npmInstall(dir, { dependencies });
}

/** Makes `dir` a project that depends on one package, and installs that. Those that it depends on come from their tarballs. */
export async function installAlone(dir: string, { name }: Manifest, tarballs: Tarballs): Promise<void> {
  const { [name]: dependency, ...overrides } = pick(tarballs, published);
  await npmInstall(dir, { dependencies: { [name]: dependency }, overrides });
}

async function npmInstall(dir: string, manifest: object): Promise<void> {
  await writeFile(join(dir, "package.json"), JSON.stringify({ private: true, type: "module", ...manifest }));
  // Peers are nobody's dependencies here: vitest brings hundreds of files, and the workspace has it.
  const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps"];
  await exec("npm", ["install", ...flags], dir);
}

/** Without what pnpm and npm tell the scripts that they run: npm would take it for its own settings. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(config|package)_|NODE_OPTIONS$)/i.test(name),
  );
  return Object.fromEntries(inherited);
}
