import { styleText } from "node:util";
import { currentTime } from "@anyio/core";
import { strong } from "./paint.js";

const WIDEST = 80;
const NARROWEST = 24;
const GUTTER = 11;

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
    const time = `${Math.round(currentTime() - this.#began)} ms`.padStart(GUTTER - 2);
    const [first = "", ...rest] = wrap(text, " ".repeat(GUTTER));
    print([`${styleText("dim", time)}  ${first.trimStart()}`, ...rest].join("\n"));
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

function wrap(text: string, indent: string): string[] {
  const width = Math.max(NARROWEST, Math.min(process.stdout.columns ?? WIDEST, WIDEST));
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(indent + line);
  return lines;
}
