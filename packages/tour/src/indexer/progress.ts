import { SingleBar } from "cli-progress";
import { styleText } from "node:util";
import { currentTime } from "@anyio/core";
import { count, duration } from "./format.js";

/** How far the work is, on stderr. */
export interface Progress {
  /** How often it wants to be told, in ms. */
  readonly interval: number;
  /** @param isCounted whether `total` is final; else more files may come to light */
  show(done: number, total: number, isCounted: boolean): void;
  stop(): void;
}

/** A bar on a terminal that can draw one, a line every now and then elsewhere. */
export function openProgress(): Progress {
  return process.stderr.isTTY && process.env["TERM"] !== "dumb" ? new Bar() : new Lines();
}

class Bar implements Progress {
  readonly interval = 100;
  readonly #began = currentTime();
  #isCounted = false;
  readonly #bar = new SingleBar({
    format: (_options, { value, total }) => this.#lineOf(value, total),
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    // Its own handlers of SIGINT and SIGTERM would make run() believe that somebody else ends the process.
    gracefulExit: false,
  });

  constructor() {
    this.#bar.start(0, 0);
  }

  show(done: number, total: number, isCounted: boolean): void {
    this.#isCounted = isCounted;
    this.#bar.setTotal(total);
    this.#bar.update(done);
  }

  stop(): void {
    this.#bar.stop();
  }

  #lineOf(done: number, total: number): string {
    const facts = `${count(done)} of ${count(total)}${this.#isCounted ? "" : "+"} files  ${duration(currentTime() - this.#began)}`;
    // Read each time: a window may change its size.
    const width = Math.min(30, (process.stderr.columns || 80) - facts.length - 3);
    if (width < 5) return facts;
    const filled = total === 0 ? 0 : Math.min(width, Math.round((done / total) * width));
    const bar = styleText("cyan", "█".repeat(filled), { stream: process.stderr }) + "░".repeat(width - filled);
    return `${bar}  ${facts}`;
  }
}

class Lines implements Progress {
  readonly interval = 2_000;

  show(done: number, total: number, isCounted: boolean): void {
    if (done > 0) process.stderr.write(`${count(done)} of ${count(total)}${isCounted ? "" : "+"} files\n`);
  }

  stop(): void {}
}
