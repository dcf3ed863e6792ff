const WIDEST = 80;
const NARROWEST = 24;

/** The width for prose: that of the terminal, within reason. One that does not know its size says 0. */
export function pageWidth(): number {
  return Math.max(NARROWEST, Math.min(process.stdout.columns || WIDEST, WIDEST));
}

/** Breaks a text into lines of the page's width, all indented. */
export function wrap(text: string, indent: string): string[] {
  const width = pageWidth();
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

/** Wrapped text with something in front of its first line, as wide as the indent. */
export function hang(text: string, front: string, indent: string): string {
  return wrap(text, indent)
    .join("\n")
    .replace(indent, () => front);
}
