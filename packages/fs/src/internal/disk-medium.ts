import * as fs from "node:fs";
import type { OpenMode } from "./flags.js";
import type { Medium } from "./medium.js";
import { calling, changeUnless } from "./system-call.js";

/** A file of the system's. It holds a plain descriptor, which no garbage collector would close. */
export class DiskMedium implements Medium {
  readonly fileno: number;
  readonly isSeekable: boolean;
  readonly sizeHint: number;
  readonly #appends: boolean;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(fileno: number, stats: fs.Stats, appends: boolean) {
    this.fileno = fileno;
    // A block device has positions, too; a directory fails by itself.
    this.isSeekable = stats.isFile() || stats.isBlockDevice() || stats.isDirectory();
    this.sizeHint = stats.size;
    this.#appends = appends;
  }

  read(bytes: Uint8Array, position: number): Promise<number> {
    const length = Math.min(bytes.length, MOST_AT_ONCE);
    const at = this.isSeekable ? position : null;
    const reading = calling<number>((done) => fs.read(this.fileno, bytes, 0, length, at, done));
    this.#reading = reading;
    return reading;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const at = this.isSeekable && !this.#appends ? position + done : null;
      const length = Math.min(bytes.length - done, MOST_AT_ONCE);
      done += await calling<number>((called) => fs.write(this.fileno, bytes, done, length, at, called));
    }
  }

  async size(): Promise<number> {
    const { size } = await calling<fs.Stats>((done) => fs.fstat(this.fileno, done));
    return size;
  }

  truncate(size: number): Promise<void> {
    return calling((done) => fs.ftruncate(this.fileno, size, done));
  }

  async close(): Promise<void> {
    // The system may give the number to another file at once, and the read would be of that one.
    await this.#reading.catch(ignore);
    await calling((done) => fs.close(this.fileno, done));
  }
}

/** Opens a file. Cancelled, it is opened all the same; but where that lets one wait for somebody else, a late descriptor is closed. */
export function openMedium(path: string, { flags, appends }: OpenMode, permissions?: number): Promise<DiskMedium> {
  return changeUnless(
    () => waitsForOthers(path),
    `${path} to be opened`,
    () => openDescriptor(path, flags, appends, permissions),
    (medium) => medium.close().catch(ignore),
  );
}

/** The call itself, for work that somebody waits for already. */
export async function openDescriptor(
  path: string,
  flags: number,
  appends: boolean,
  permissions = 0o666,
): Promise<DiskMedium> {
  const fileno = await calling<number>((done) => fs.open(path, flags, permissions, done));
  try {
    const stats = await calling<fs.Stats>((done) => fs.fstat(fileno, done));
    return new DiskMedium(fileno, stats, appends);
  } catch (error) {
    await calling((done) => fs.close(fileno, done));
    throw error;
  }
}

/** Whether opening may wait for as long as somebody else likes. It is asked only when somebody cancels meanwhile. */
export function waitsForOthers(path: string): boolean {
  try {
    const stats = fs.statSync(path);
    return stats.isFIFO() || stats.isCharacterDevice();
  } catch {
    return false;
  }
}

// More in one call fails on some systems, and nobody could stop it.
const MOST_AT_ONCE = 16 * 1024 * 1024;

function ignore(): void {}
