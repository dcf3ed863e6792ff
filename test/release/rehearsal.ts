import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../scripts/lib/run.mjs";
import { packages, publishedPackages, type Manifest } from "../../scripts/lib/workspace.mjs";

/** A copy of what a release reads and writes: manifests, changelogs and the changesets' configuration. */
export class Rehearsal implements AsyncDisposable {
  readonly #dir: string;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  /** @param version what all published packages are in, to begin with */
  static async begin(version: string): Promise<Rehearsal> {
    const dir = await mkdtemp(join(tmpdir(), "anyio-release-"));
    const manifests = packages().map(({ folder }) => `packages/${folder}/package.json`);
    for (const file of [
      "package.json",
      "pnpm-workspace.yaml",
      ".changeset/config.json",
      ".changeset/changelog.cjs",
      ...manifests,
    ]) {
      await cp(join(root, file), join(dir, file));
    }
    for (const { folder, manifest } of publishedPackages()) {
      await writeFile(join(dir, `packages/${folder}/package.json`), JSON.stringify({ ...manifest, version }, null, 2));
    }
    await mkdir(join(dir, "node_modules"));
    await symlink(join(root, "node_modules/@changesets"), join(dir, "node_modules/@changesets"));

    const rehearsal = new Rehearsal(dir);
    // Changesets asks git since when a changeset has been there.
    await rehearsal.#git("init", "--quiet", "--initial-branch=main");
    await rehearsal.commit("the state before");
    return rehearsal;
  }

  /** Writes a changeset, as `pnpm changeset` does. */
  async change(bumps: Record<string, "patch" | "minor" | "major">, words: string): Promise<void> {
    const front = Object.entries(bumps).map(([name, bump]) => `"${name}": ${bump}\n`);
    await writeFile(join(this.#dir, ".changeset/a-change.md"), `---\n${front.join("")}---\n\n${words}\n`);
    await this.commit("a change");
  }

  /** Turns the changesets into versions and changelogs. */
  async version(): Promise<void> {
    const changeset = join(root, "node_modules/.bin/changeset");
    await promisify(execFile)(changeset, ["version"], { cwd: this.#dir, env: { ...process.env, CI: "true" } });
  }

  /** The version of every package by name. */
  async versions(): Promise<Record<string, string>> {
    const manifests = await Promise.all(
      packages().map(async ({ folder }) => JSON.parse(await this.read(`packages/${folder}/package.json`)) as Manifest),
    );
    return Object.fromEntries(manifests.map(({ name, version }) => [name, version]));
  }

  async read(file: string): Promise<string> {
    return readFile(join(this.#dir, file), "utf8");
  }

  async commit(message: string): Promise<void> {
    await this.#git("add", "--all", "--", ":!node_modules");
    await this.#git("-c", "user.name=rehearsal", "-c", "user.email=rehearsal@localhost", "commit", "-qm", message);
  }

  async #git(...args: string[]): Promise<void> {
    await promisify(execFile)("git", args, { cwd: this.#dir });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true });
  }
}
