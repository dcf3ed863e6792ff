import { CancelledError, currentTime, moveOnAfter, rethrowIfCancelled, sleep } from "@anyio/core";
import { withTaskGroup } from "@anyio/task-groups";
import { UsageError } from "../told-error.js";
import { describeError } from "./describe-error.js";
import { Findings } from "./findings.js";
import type { IndexJob } from "./job.js";
import { fillIn } from "./pipeline.js";
import { openProgress } from "./progress.js";
import { type QueryPorts, serveIndex } from "./serve-index.js";
import { servesLine, summarize, wroteLine } from "./summary.js";
import { walk } from "./walk.js";
import { withGrace } from "./with-grace.js";
import { type Ending, writeIndex } from "./write-index.js";

/** Ctrl-C is answered within a second, and writing is most of that. */
const GRACE = 700;

/**
 * Indexes a directory, and answers queries meanwhile and from then on, where the job says so.
 *
 * **Cancellation:** the index is written nevertheless, within a second.
 */
export async function indexDirectory(job: IndexJob): Promise<void> {
  const { port } = job;
  const findings = new Findings();
  if (port === undefined) return findAndWrite(job, findings);
  const queried = { findings, isComplete: false };
  await withTaskGroup(async (tg) => {
    const ports = await tg
      .start<QueryPorts>((status) => serveIndex(queried, port, status), { name: "queries" })
      .catch((error: unknown) => refuse(port, error));
    process.stdout.write(servesLine(ports));
    await findAndWrite(job, findings);
    queried.isComplete = true;
    process.stdout.write("Still answering; Ctrl-C ends it.\n");
  });
}

function refuse(port: number, error: unknown): never {
  rethrowIfCancelled(error);
  throw new UsageError(`cannot answer queries on port ${port}: ${describeError(error)}`, { cause: error });
}

/** Writes what was found however that ends: complete, late, or interrupted. */
async function findAndWrite(job: IndexJob, findings: Findings): Promise<void> {
  const began = currentTime();
  let ending: Ending = "deadline reached";
  try {
    await moveOnAfter(job.deadline, async () => {
      await findAll(job, findings);
      ending = "complete";
    });
  } catch (error) {
    ending = `interrupted by ${error instanceof CancelledError ? String(error.reason) : "an error"}`;
    throw error;
  } finally {
    const seconds = Math.round(currentTime() - began) / 1000;
    const outcome = { job, ending, seconds, findings };
    process.stdout.write(summarize(outcome));
    await withGrace(GRACE, () => writeIndex(outcome));
    process.stdout.write(wroteLine(outcome));
  }
}

/** Runs the pipeline, and shows how far it is. */
async function findAll(job: IndexJob, findings: Findings): Promise<void> {
  const progress = openProgress();
  const ahead = { files: 0, isCounted: false };
  try {
    await withTaskGroup(async (tg) => {
      // Services: nobody waits for the count or the display once the files are read.
      tg.startSoon(() => countAhead(job, ahead), { service: true });
      tg.startSoon(() => display(), { service: true });
      await fillIn(job, findings);
    });
  } finally {
    progress.stop();
  }

  async function display(): Promise<void> {
    for (;;) {
      await sleep(progress.interval);
      progress.show(findings.done, Math.max(ahead.files, findings.done), ahead.isCounted);
    }
  }
}

/** Walks ahead of the readers: a progress bar has to know how much there is. */
async function countAhead({ root, leftOut }: IndexJob, ahead: { files: number; isCounted: boolean }): Promise<void> {
  for await (const { kind } of walk(root, leftOut)) {
    if (kind === "file") ahead.files++;
  }
  ahead.isCounted = true;
}
