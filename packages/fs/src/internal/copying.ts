import * as fs from "node:fs";
import { scanDirectory } from "./scan-directory.js";
import { waitsForOthers } from "./disk-medium.js";
import { calling, change, changeUnless, codeOf, look, systemError } from "./system-call.js";

/** How something is copied. */
export interface CopyOptions {
  /** Whether a link is copied as what it leads to; true unless told. */
  readonly followSymlinks?: boolean | undefined;
  /** Whether a directory may be there already; false unless told. */
  readonly dirsExistOk?: boolean | undefined;
  /** Whether times and permissions are copied too; false unless told. */
  readonly preserveMetadata?: boolean | undefined;
}

/** Copies a file, a link or a whole tree, piece by piece; each piece is a cancellation point. */
export async function copyTree(source: string, target: string, options: CopyOptions): Promise<void> {
  await refuseOverlap(source, target);
  const { followSymlinks = true, dirsExistOk = false, preserveMetadata = false } = options;
  const ahead: { from: string; to: string }[] = [{ from: source, to: target }];
  const directories: { stats: fs.Stats; to: string }[] = [];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const { from, to } = next;
    const stats = await statOf(from, followSymlinks);
    if (stats.isDirectory()) {
      await makeDirectory(to, preserveMetadata ? PRIVATE : EVERYBODYS, dirsExistOk);
      directories.push({ stats, to });
      for (const { name } of await scanDirectory(from)) ahead.push({ from: `${from}/${name}`, to: `${to}/${name}` });
    } else if (stats.isSymbolicLink()) {
      const leadsTo = await look(`the target of ${from}`, () => calling<string>((done) => fs.readlink(from, done)));
      await change(`a link at ${to}`, () => calling((done) => fs.symlink(leadsTo, to, done)));
    } else {
      const mayWait = (): boolean => waitsForOthers(from) || waitsForOthers(to);
      await changeUnless(mayWait, `${from} to be copied`, () => copyFile(from, to, preserveMetadata ? stats : null));
    }
  }
  if (!preserveMetadata) return;
  // What is put into a directory changes its time.
  for (const { stats, to } of directories.reverse()) await change(`${to} to be adjusted`, () => adopt(to, stats));
}

/** Gives something another place, on another disk too. */
export async function moveTree(source: string, target: string): Promise<void> {
  await refuseOverlap(source, target);
  try {
    await change(`${source} to be moved`, () => calling((done) => fs.rename(source, target, done)));
  } catch (error) {
    if (codeOf(error) !== "EXDEV") throw error;
    await copyTree(source, target, { followSymlinks: false, preserveMetadata: true });
    await change(`${source} to be removed`, () => calling((done) => fs.rm(source, { recursive: true }, done)));
  }
}

async function copyFile(from: string, to: string, stats: fs.Stats | null): Promise<void> {
  await calling((done) => fs.copyFile(from, to, fs.constants.COPYFILE_FICLONE, done));
  if (stats !== null) await adopt(to, stats);
}

async function adopt(path: string, stats: fs.Stats): Promise<void> {
  await calling((done) => fs.chmod(path, stats.mode & 0o7777, done));
  await calling((done) => fs.utimes(path, stats.atime, stats.mtime, done));
}

/** What a directory is until it is whole, where it is to have its source's permissions: they may let fewer in. */
const PRIVATE = 0o700;
const EVERYBODYS = 0o777;

async function makeDirectory(path: string, mode: number, existOk: boolean): Promise<void> {
  try {
    await change(`a directory ${path}`, () => calling((done) => fs.mkdir(path, mode, done)));
  } catch (error) {
    if (!existOk || codeOf(error) !== "EEXIST" || !(await statOf(path, true)).isDirectory()) throw error;
  }
}

function statOf(path: string, followSymlinks: boolean): Promise<fs.Stats> {
  const find = followSymlinks ? fs.stat : fs.lstat;
  return look(`stat of ${path}`, () => calling<fs.Stats>((done) => find(path, done)));
}

async function refuseOverlap(source: string, target: string): Promise<void> {
  const [from, to] = await look(`the places of ${source} and ${target}`, () =>
    Promise.all([realPlace(source), realPlace(target)]),
  );
  if (from === to) throw systemError("EINVAL", "source and target are the same", "copy", source);
  if (to.startsWith(`${from}/`)) throw systemError("EINVAL", "target is inside of source", "copy", target);
}

/** Where it is or would be. The last name may be a link, which is meant itself. */
async function realPlace(path: string): Promise<string> {
  const cut = path.lastIndexOf("/");
  const parent = cut < 0 ? "." : path.slice(0, cut) || "/";
  try {
    return `${await calling<string>((done) => fs.realpath.native(parent, done))}/${path.slice(cut + 1)}`;
  } catch {
    return path;
  }
}
