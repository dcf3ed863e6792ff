import { rethrowIfCancelled } from "@anyio/core";
import type { Path } from "@anyio/fs";
import { createMemoryObjectStream, type MemoryObjectReceiveStream, type MemoryObjectSendStream } from "@anyio/streams";
import { withTaskGroup } from "@anyio/task-groups";
import type { TextCounts } from "./count-texts.js";
import type { Findings } from "./findings.js";
import type { IndexJob } from "./job.js";
import { type Counter, type FileCounts, readFile } from "./read-file.js";
import { type Find, walk } from "./walk.js";
import { WordCounter } from "./word-counter.js";

/** What arrives at the end of the pipeline: a file that was read, or what there was instead. */
type Result =
  | { readonly kind: "read"; readonly path: Path; readonly file: FileCounts }
  | Exclude<Find, { kind: "file" }>;

/** Small files are counted together: as many as come to this many bytes, */
const BATCH = 64 * 1024;
/** and no more than this many, for they may all be empty. */
const MOST_AT_ONCE = 64;

/**
 * Fills in what is found in a tree:
 *
 * ```
 *          paths ──▶ reader 1 ──▶
 *   walk ──────────▶ reader … ──▶ results ──▶ collect
 *      │             │      ▲
 *      │           texts  counts
 *      │             ▼      │
 *      │          worker threads
 *      └── what is no file ─────▶
 * ```
 *
 * Each task owns the ends that it is given, and closes them as it ends; so the end of the walk travels through the
 * pipeline by itself. Both streams are bounded: the walk gets no further ahead than the readers can follow, and these no
 * further than the threads and the collector.
 */
export async function fillIn(job: IndexJob, findings: Findings): Promise<void> {
  const [paths, toRead] = createMemoryObjectStream<Path>(job.limit);
  const [results, toCollect] = createMemoryObjectStream<Result>();
  const counter = new WordCounter(findings.words);
  await withTaskGroup((tg) => {
    for (let n = 1; n <= job.limit; n++) {
      // Clone before the task begins: by then the originals may be closed.
      const from = toRead.clone();
      const to = results.clone();
      tg.startSoon(() => readAll(from, to, counter), { name: `reader ${n}` });
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

async function readAll(
  paths: MemoryObjectReceiveStream<Path>,
  results: MemoryObjectSendStream<Result>,
  counter: Counter,
): Promise<void> {
  using from = paths;
  using to = results;
  for await (const batch of batchesOf(from, counter)) {
    const counts = await counter.count(batch.map(({ rest }) => rest));
    for (const [n, { result }] of batch.entries()) await to.send(withRest(result, counts[n]));
  }
}

/** What was read, and what there is to count of it still. */
interface Reading {
  readonly result: Result;
  readonly rest: Uint8Array;
}

async function* batchesOf(
  paths: MemoryObjectReceiveStream<Path>,
  counter: Counter,
): AsyncGenerator<readonly Reading[], void, void> {
  let batch: Reading[] = [];
  let bytes = 0;
  for await (const path of paths) {
    const reading = await readOne(path, counter);
    batch.push(reading);
    bytes += reading.rest.length;
    if (bytes < BATCH && batch.length < MOST_AT_ONCE) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

/** One file that cannot be read is a result, and no end of the pipeline. */
async function readOne(path: Path, counter: Counter): Promise<Reading> {
  try {
    const { rest, ...file } = await readFile(path, counter);
    return { result: { kind: "read", path, file }, rest };
  } catch (error) {
    rethrowIfCancelled(error);
    return { result: { kind: "problem", path, error }, rest: NOTHING };
  }
}

function withRest(result: Result, rest: TextCounts = NONE): Result {
  if (result.kind !== "read" || result.file.kind !== "text") return result;
  const { lines, words } = result.file.counts;
  return { ...result, file: { ...result.file, counts: { lines: lines + rest.lines, words: words + rest.words } } };
}

const NOTHING = new Uint8Array();
const NONE: TextCounts = { lines: 0, words: 0 };

async function collect(root: Path, results: MemoryObjectReceiveStream<Result>, findings: Findings): Promise<void> {
  using from = results;
  for await (const result of from) {
    if (result.kind === "directory left out") findings.addSkipped(result.kind);
    else {
      const path = String(result.path.relativeTo(root));
      if (result.kind === "read") findings.addFile(path, result.file);
      else findings.addProblem(path, result.error);
    }
  }
}
