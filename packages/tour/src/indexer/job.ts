import { rethrowIfCancelled } from "@anyio/core";
import { namedTemporaryFile, type Path } from "@anyio/fs";
import { UsageError } from "../told-error.js";
import { describeError } from "./describe-error.js";
import { FORMAT } from "./write-index.js";

/** What is to be indexed, and how. */
export interface IndexJob {
  readonly root: Path;
  readonly out: Path;
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
  const kind = await root.stat().catch((error: unknown) => refuse("cannot index", root, error));
  if (!kind.isDirectory()) return refuse("cannot index", root, "it is not a directory");
  await checkWithin(root).catch((error: unknown) => refuse("cannot index", root, error));
  await checkRoomFor(out).catch((error: unknown) => refuse("cannot write", out, error));
  if (!(await out.exists())) return;
  if (!(await out.isFile())) refuse("cannot write", out, "it exists and is not a file");
  if (!mayReplace && !(await isIndex(out))) {
    refuse("cannot write", out, "it exists and is not an index of the tour; choose another file with --out");
  }
}

/** Whether its names may be read. */
async function checkWithin(root: Path): Promise<void> {
  for await (const _ of root.iterdir()) break;
}

/** Whether a file may be made beside it, as it is going to be. */
async function checkRoomFor(out: Path): Promise<void> {
  await using _ = await namedTemporaryFile({ dir: out.parent, prefix: `${out.name}.` });
}

async function isIndex(path: Path): Promise<boolean> {
  // Whatever is in there, it is text in this encoding.
  await using file = await path.open("r", { encoding: "latin1" });
  return (await file.read(100)).includes(`"${FORMAT}"`);
}

function refuse(what: string, path: Path, why: unknown): never {
  rethrowIfCancelled(why);
  throw new UsageError(`${what} ${path.toString()}: ${describeError(why)}`, { cause: why });
}
