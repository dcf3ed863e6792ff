import { access, constants, open, readdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { abandonOnCancel } from "@anyio/core";
import { UsageError } from "../told-error.js";
import { describeError } from "./describe-error.js";
import { FORMAT } from "./write-index.js";

/** What is to be indexed, and how. */
export interface IndexJob {
  readonly root: string;
  readonly out: string;
  /** Whether a file that is no index of ours may be replaced: somebody has named it. */
  readonly mayReplace: boolean;
  /** In ms. */
  readonly deadline: number;
  /** How many files are read at once. */
  readonly limit: number;
  /** Names of directories that are not looked into. */
  readonly leftOut: readonly string[];
  /** Where queries are answered by TCP, 0 for a free port; the port after it is TLS's. They are not unless it is given. */
  readonly port?: number;
}

/**
 * Finds out before the work what would fail after it.
 *
 * @throws {UsageError} when the job cannot be done
 */
export async function checkJob({ root, out, mayReplace }: IndexJob): Promise<void> {
  const kind = await abandonOnCancel(stat(root)).catch((error: unknown) => refuse(`cannot index ${root}`, error));
  if (!kind.isDirectory()) throw new UsageError(`cannot index ${root}: it is not a directory`);
  await abandonOnCancel(readdir(root)).catch((error: unknown) => refuse(`cannot index ${root}`, error));
  await abandonOnCancel(access(dirname(out), constants.W_OK)).catch((error: unknown) =>
    refuse(`cannot write ${out}`, error),
  );
  const existing = await abandonOnCancel(stat(out)).catch(() => undefined);
  if (existing === undefined) return;
  if (!existing.isFile()) throw new UsageError(`cannot write ${out}: it exists and is not a file`);
  if (!mayReplace && !(await isIndex(out))) {
    throw new UsageError(`${out} exists and is not an index of the tour; choose another file with --out`);
  }
}

async function isIndex(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(100), 0, 100, 0);
    return buffer.toString("utf8", 0, bytesRead).includes(`"${FORMAT}"`);
  } finally {
    await handle.close();
  }
}

function refuse(what: string, error: unknown): never {
  throw new UsageError(`${what}: ${describeError(error)}`, { cause: error });
}
