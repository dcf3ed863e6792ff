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
  /** Who counts a text adds its words here. */
  readonly words = new Tally();
  readonly totals = { files: 0, binary: 0, cut: 0, bytes: 0, lines: 0, words: 0 };

  /** How many files have been dealt with, one way or the other. */
  done = 0;

  addFile(path: string, file: FileCounts): void {
    this.done++;
    if (file.kind === "skipped") {
      this.addSkipped(file.what);
      return;
    }
    const { totals } = this;
    totals.files++;
    totals.bytes += file.bytes;
    if (file.kind === "binary") {
      totals.binary++;
      return;
    }
    const { bytes, isCut, counts } = file;
    const { lines, words } = counts;
    if (isCut) totals.cut++;
    totals.lines += lines;
    totals.words += words;
    this.files.push({ path, bytes, lines, words, ...(isCut && { cut: true }) });
  }

  addSkipped(what: Skipped): void {
    this.skipped.set(what, (this.skipped.get(what) ?? 0) + 1);
  }

  addProblem(path: string, error: unknown): void {
    this.done++;
    this.problems.push({ path, reason: describeError(error) });
  }
}
