import { styleText } from "node:util";
import { currentTime } from "@anyio/core";
import { hang, pageWidth, wrap } from "./layout.js";
import { strong } from "./paint.js";
import { Timeline } from "./timeline.js";

const GUTTER = " ".repeat(11);
/** What a level is drawn in, where the page is wide enough. */
const LONGEST_LEVEL = 30;
/** So much room is kept for what a level is called: the bars of a chapter are of one length. */
const LEVEL_TEXT = 26;
/** Beside something else, prose has at least this much room. */
const NARROWEST_COLUMN = 20;

/** Prints a chapter: what it is about, what happens when, and what to take away from it. */
export class Narrator {
  #began = currentTime();

  chapter(heading: string, source: string): void {
    print(`\n${strong("cyan", wrap(heading, "").join("\n"))}`);
    print(styleText("dim", source));
  }

  /** What there is to come. */
  contents(text: string): void {
    print(`\n${text.trimEnd()}`);
  }

  /** A paragraph of prose. */
  about(text: string): void {
    print(`\n${wrap(text, "").join("\n")}`);
  }

  /** One of the programs of a chapter. Its clock starts at 0. */
  part(title: string): void {
    print(`\n${styleText("bold", wrap(title, "  ").join("\n"))}`);
    this.#began = currentTime();
  }

  /** What happens now, with the time at which it does. */
  step(text: string): void {
    print(hang(text, this.#time(), GUTTER));
  }

  /** How high something stands now: one sign for each, and the rest of the room for it, where that is bounded. */
  level(value: number, room: number, text: string): void {
    const width = Math.max(
      0,
      Math.min(LONGEST_LEVEL, pageWidth() - GUTTER.length - Math.max(text.length, LEVEL_TEXT) - 2),
    );
    const full = Math.min(value, width);
    const free = Math.max(0, Math.min(room, width) - full);
    const bar = styleText("cyan", "█".repeat(full)) + styleText("dim", "░".repeat(free));
    print(`${this.#time()}${bar}${" ".repeat(width - full - free)}  ${text}`);
  }

  /** A picture of who did what when; {@link Timeline.draw} prints it. */
  timeline(): Timeline {
    return new Timeline((text) => this.block(text));
  }

  /** Lines that stay as they are. */
  block(text: string): void {
    print(text.replaceAll(/^/gm, "    "));
  }

  /** Why all this matters. */
  lesson(text: string): void {
    print(`\n${styleText("green", wrap(text, "").join("\n"))}`);
  }

  /** Lines that are no part of the story. */
  aside(...lines: readonly string[]): void {
    print(`\n${lines.map((text) => styleText("dim", wrap(text, "").join("\n"))).join("\n")}`);
  }

  /** What to do after the last page. */
  whereToGo(heading: string, ways: readonly (readonly [where: string, what: string])[]): void {
    print(`\n${strong("cyan", heading)}\n`);
    const indent = " ".repeat(Math.max(...ways.map(([where]) => where.length)) + 6);
    const hasRoom = indent.length + NARROWEST_COLUMN <= pageWidth();
    for (const [where, what] of ways) {
      const front = `  ${styleText("bold", where)}`;
      const gap = " ".repeat(indent.length - where.length - 2);
      print(hasRoom ? hang(what, front + gap, indent) : `${front}\n${wrap(what, GUTTER).join("\n")}`);
    }
  }

  #time(): string {
    const time = `${Math.round(currentTime() - this.#began)} ms`.padStart(GUTTER.length - 2);
    return `${styleText("dim", time)}  `;
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
