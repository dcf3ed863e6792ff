import { rethrowIfCancelled } from "@anyio/core";
import type { Path } from "@anyio/fs";
import { createMemoryObjectStream, type MemoryObjectReceiveStream, type MemoryObjectSendStream } from "@anyio/streams";
import { withTaskGroup } from "@anyio/task-groups";
import type { Findings } from "./findings.js";
import type { IndexJob } from "./job.js";
import { type FileCounts, readFile } from "./read-file.js";
import { type Find, walk } from "./walk.js";

/** What arrives at the end of the pipeline: a file that was read, or what there was instead. */
type Result =
  | { readonly kind: "read"; readonly path: Path; readonly counts: FileCounts }
  | Exclude<Find, { kind: "file" }>;

/**
 * Fills in what is found in a tree:
 *
 * ```
 *          paths ──▶ reader 1 ──▶
 *   walk ──────────▶ reader … ──▶ results ──▶ collect
 *      └── what is no file ─────▶
 * ```
 *
 * Each task owns the ends that it is given, and closes them as it ends; so the end of the walk travels through the
 * pipeline by itself. Both streams are bounded: the walk gets no further ahead than the readers can follow, and these no
 * further than the collector.
 */
export async function fillIn(job: IndexJob, findings: Findings): Promise<void> {
  const [paths, toRead] = createMemoryObjectStream<Path>(job.limit);
  const [results, toCollect] = createMemoryObjectStream<Result>();
  await withTaskGroup((tg) => {
    for (let n = 1; n <= job.limit; n++) {
      // Clone before the task begins: by then the originals may be closed.
      const from = toRead.clone();
      const to = results.clone();
      tg.startSoon(() => readAll(from, to), { name: `reader ${n}` });
    }
    toRead.close();
    tg.startSoon(() => walkAll(job, paths, results), { name: "walk" });
    tg.startSoon(() => collect(job.root, toCollect, findings), { name: "collect" });
  });
}

async function walkAll(
  { root, leftOut, out }: IndexJob,
  paths: MemoryObjectSendStream<Path>,
  results: MemoryObjectSendStream<Result>,
): Promise<void> {
  using toReaders = paths;
  using toCollector = results;
  for await (const find of walk(root, leftOut)) {
    if (find.kind !== "file") await toCollector.send(find);
    // An index of an index would be another one each time.
    else if (!find.path.equals(out)) await toReaders.send(find.path);
  }
}

async function readAll(paths: MemoryObjectReceiveStream<Path>, results: MemoryObjectSendStream<Result>): Promise<void> {
  using from = paths;
  using to = results;
  for await (const path of from) {
    await to.send(await readOne(path));
  }
}

/** One file that cannot be read is a result, and no end of the pipeline. */
async function readOne(path: Path): Promise<Result> {
  try {
    return { kind: "read", path, counts: await readFile(path) };
  } catch (error) {
    rethrowIfCancelled(error);
    return { kind: "problem", path, error };
  }
}

async function collect(root: Path, results: MemoryObjectReceiveStream<Result>, findings: Findings): Promise<void> {
  using from = results;
  for await (const result of from) {
    if (result.kind === "directory left out") findings.addSkipped(result.kind);
    else {
      const path = String(result.path.relativeTo(root));
      if (result.kind === "read") findings.addFile(path, result.counts);
      else findings.addProblem(path, result.error);
    }
  }
}
