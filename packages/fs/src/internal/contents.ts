import * as fs from "node:fs";
import type { PurePath } from "../pure-path.js";
import { openDescriptor, waitsForOthers } from "./disk-medium.js";
import { calling, changeUnless, codeOf, look, systemError } from "./system-call.js";

/** All that is in a file, and what is made of it. */
export function readFile<T>(path: string, make: (bytes: Uint8Array) => T): Promise<T> {
  return look(`reading ${path}`, async () => {
    const { buffer, byteOffset, byteLength } = await calling<Buffer>((done) => fs.readFile(path, done));
    // A Buffer is a Uint8Array whose `slice()` and `toString()` do something else.
    return make(new Uint8Array(buffer, byteOffset, byteLength));
  });
}

/** Makes a file hold these bytes, and tells how many they are. */
export function writeFile(path: string, bytes: Uint8Array): Promise<number> {
  const write = async (): Promise<number> => {
    await calling((done) => fs.writeFile(path, bytes, done));
    return bytes.length;
  };
  return changeUnless(() => waitsForOthers(path), `writing to ${path}`, write);
}

export async function makeDirectory(path: PurePath, mode: number, parents: boolean, existOk: boolean): Promise<void> {
  const make = (permissions: number): Promise<void> =>
    calling((done) => fs.mkdir(path.toString(), permissions, (error) => done(error)));
  try {
    await make(mode);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" && parents && path.parent !== path) {
      await makeDirectory(path.parent, 0o777, true, true);
      await makeDirectory(path, mode, false, existOk);
    } else if (!existOk || !(await isDirectory(path.toString()))) {
      throw error;
    }
  }
}

export async function touchFile(path: string, mode: number, existOk: boolean): Promise<void> {
  if (existOk) {
    const now = new Date();
    try {
      await calling((done) => fs.utimes(path, now, now, done));
      return;
    } catch {
      // There is none yet, or opening it tells more.
    }
  }
  const { O_CREAT, O_EXCL, O_WRONLY } = fs.constants;
  const medium = await openDescriptor(path, O_CREAT | O_WRONLY | (existOk ? 0 : O_EXCL), false, mode);
  await medium.close();
}

export async function removeFile(path: string, missingOk: boolean): Promise<void> {
  try {
    await refuseOnDeno(path, true);
    await calling((done) => fs.unlink(path, done));
  } catch (error) {
    if (!missingOk || codeOf(error) !== "ENOENT") throw error;
  }
}

export async function removeDirectory(path: string): Promise<void> {
  await refuseOnDeno(path, false);
  await calling((done) => fs.rmdir(path, done));
}

/** Deno removes an empty directory as a file, and a file as a directory. */
async function refuseOnDeno(path: string, isFileWanted: boolean): Promise<void> {
  if (!("Deno" in globalThis)) return;
  const stats = await calling<fs.Stats>((done) => fs.lstat(path, done));
  if (stats.isDirectory() !== isFileWanted) return;
  if (isFileWanted) throw systemError("EISDIR", "illegal operation on a directory", "unlink", path);
  throw systemError("ENOTDIR", "not a directory", "rmdir", path);
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await calling<fs.Stats>((done) => fs.stat(path, done))).isDirectory();
  } catch {
    return false;
  }
}
