import { rethrowIfCancelled, shield } from "@anyio/core";
import type { Path } from "@anyio/fs";
import { ToldError } from "../told-error.js";
import { describeError } from "./describe-error.js";
import type { Findings } from "./findings.js";
import type { IndexJob } from "./job.js";

/** The mark by which an index of ours is known. */
export const FORMAT = "anyio-tour-index-1";

/** What brought the work to its end. */
export type Ending = "complete" | "deadline reached" | `interrupted by ${string}`;

export interface Outcome {
  readonly job: IndexJob;
  readonly ending: Ending;
  readonly seconds: number;
  readonly findings: Findings;
}

/**
 * Writes the index. There is a whole index afterwards or none at all: it gets its name when it is finished.
 *
 * **Cancellation:** stops writing, and removes what was written.
 */
export async function writeIndex(outcome: Outcome): Promise<void> {
  const { out } = outcome.job;
  const unfinished = out.withName(`${out.name}.${process.pid}.tmp`);
  try {
    await writeAll(unfinished, chunksOf(outcome));
    await unfinished.replace(out);
  } catch (error) {
    // Shielded, for it is cancellation that leaves something behind. That it fails too is no news.
    await shield(() => unfinished.unlink({ missingOk: true })).catch(() => {});
    rethrowIfCancelled(error);
    throw new ToldError(`cannot write ${out.toString()}: ${describeError(error)}`, 1, { cause: error });
  }
}

async function writeAll(path: Path, pieces: Iterable<string>): Promise<void> {
  await using file = await path.open("w", { encoding: "utf-8" });
  for (const piece of pieces) await file.write(piece);
}

const FILES_PER_CHUNK = 500;

/** The text of the index in pieces: one text of a million files would be too long for a string. */
function* chunksOf({ job, ending, seconds, findings }: Outcome): Generator<string, void, void> {
  const { totals, skipped, problems, words } = findings;
  const head = {
    format: FORMAT,
    complete: ending === "complete",
    ending,
    root: job.root,
    seconds,
    totals: { ...totals, skipped: Object.fromEntries(skipped), problems: problems.length },
    topWords: words.top(50),
    problems: problems.toSorted(byPath),
  };
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "files": [`;
  const files = findings.files.toSorted(byPath);
  for (let at = 0; at < files.length; at += FILES_PER_CHUNK) {
    const lines = files.slice(at, at + FILES_PER_CHUNK).map((file) => `\n    ${JSON.stringify(file)}`);
    yield (at === 0 ? "" : ",") + lines.join(",");
  }
  yield "\n  ]\n}\n";
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1;
}
