import { styleText } from "node:util";
import { CHAPTERS, PARTS, type PlacedChapter } from "./chapters/index.js";
import { hang, pageWidth } from "./layout.js";

const INDENT = " ".repeat(6);
const WIDEST_TITLE = Math.max(...CHAPTERS.map(({ title }) => title.length));
const WIDEST_NAME = Math.max(...CHAPTERS.map(({ name }) => name.length));

/** The table of contents: each chapter with its number and, where there is room for it, its name. */
export function contents(): string {
  const parts = PARTS.map(({ title, chapters }) => [styleText("bold", title), ...chapters.map(line)].join("\n"));
  return `${parts.join("\n\n")}\n`;
}

function line({ number, title, name }: PlacedChapter): string {
  const front = `${String(number).padStart(INDENT.length - 2)}  `;
  const hasRoom = INDENT.length + WIDEST_TITLE + 2 + WIDEST_NAME <= pageWidth();
  return hasRoom ? `${front}${title.padEnd(WIDEST_TITLE)}  ${styleText("dim", name)}` : hang(title, front, INDENT);
}
