import { describeError } from "./describe-error.js";
import type { FileCounts, Skipped } from "./read-file.js";
import { Tally } from "./tally.js";

/** A text file, as the index shows it. */
export interface FileEntry {
  readonly path: string;
  readonly bytes: number;
  readonly lines: number;
  readonly words: number;
  /** Only the beginning of the file was read. */
  readonly cut?: true;
}

export interface Problem {
  readonly path: string;
  readonly reason: string;
}

/** What the indexer has found so far; complete at any time, so that it can be written whenever the work ends. */
export class Findings {
  readonly files: FileEntry[] = [];
  readonly problems: Problem[] = [];
  readonly skipped = new Map<Skipped, number>();
  readonly words = new Tally();
  readonly totals = { files: 0, binary: 0, cut: 0, bytes: 0, lines: 0, words: 0 };

  /** How many files have been dealt with, one way or the other. */
  done = 0;

  addFile(path: string, counts: FileCounts): void {
    this.done++;
    if (counts.kind === "skipped") {
      this.addSkipped(counts.what);
      return;
    }
    const { totals } = this;
    totals.files++;
    totals.bytes += counts.bytes;
    if (counts.kind === "binary") {
      totals.binary++;
      return;
    }
    const { bytes, isCut, text } = counts;
    if (isCut) totals.cut++;
    totals.lines += text.lines;
    totals.words += text.words;
    this.words.merge(text.tally);
    this.files.push({ path, bytes, lines: text.lines, words: text.words, ...(isCut && { cut: true }) });
  }

  addSkipped(what: Skipped): void {
    this.skipped.set(what, (this.skipped.get(what) ?? 0) + 1);
  }

  addProblem(path: string, error: unknown): void {
    this.done++;
    this.problems.push({ path, reason: describeError(error) });
  }
}
