import { rename, rm, writeFile } from "node:fs/promises";
import { abandonOnCancel, moveOnAfter, rethrowIfCancelled, withSignal } from "@anyio/core";
import { ToldError } from "../told-error.js";
import { describeError } from "./describe-error.js";
import type { Findings } from "./findings.js";
import type { IndexJob } from "./job.js";

/** The mark by which an index of ours is known. */
export const FORMAT = "anyio-tour-index-1";

const LONGEST_REMOVAL = 100;

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
  const unfinished = `${out}.${process.pid}.tmp`;
  try {
    await withSignal((signal) => writeFile(unfinished, chunksOf(outcome), { signal }));
    await withSignal(() => rename(unfinished, out));
  } catch (error) {
    // Shielded, for it is cancellation that leaves something behind. That it fails too is no news.
    const removal = rm(unfinished, { force: true }).catch(() => {});
    await moveOnAfter(LONGEST_REMOVAL, () => abandonOnCancel(removal), { shield: true });
    rethrowIfCancelled(error);
    throw new ToldError(`cannot write ${out}: ${describeError(error)}`, 1, { cause: error });
  }
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
    problems,
  };
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "files": [`;
  const files = findings.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  for (let at = 0; at < files.length; at += FILES_PER_CHUNK) {
    const lines = files.slice(at, at + FILES_PER_CHUNK).map((file) => `\n    ${JSON.stringify(file)}`);
    yield (at === 0 ? "" : ",") + lines.join(",");
  }
  yield "\n  ]\n}\n";
}
