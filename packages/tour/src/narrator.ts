import { styleText } from "node:util";
import { currentTime } from "@anyio/core";
import { hang, wrap } from "./layout.js";
import { strong } from "./paint.js";

const GUTTER = " ".repeat(11);

/** Prints a chapter: what it is about, what happens when, and what to take away from it. */
export class Narrator {
  #began = currentTime();

  chapter(heading: string, source: string): void {
    print(`\n${strong("cyan", wrap(heading, "").join("\n"))}`);
    print(styleText("dim", source));
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
    const time = `${Math.round(currentTime() - this.#began)} ms`.padStart(GUTTER.length - 2);
    print(hang(text, `${styleText("dim", time)}  `, GUTTER));
  }

  /** Lines that stay as they are. */
  block(text: string): void {
    print(text.replaceAll(/^/gm, "    "));
  }

  /** Why all this matters. */
  lesson(text: string): void {
    print(`\n${styleText("green", wrap(text, "").join("\n"))}`);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
