/** The part of a task dump that belongs to one task, or all of it where the task is not in it. */
export function subtree(dump: string, taskId: number): string {
  const lines = dump.split("\n");
  const first = lines.findIndex((line) => line.includes(` #${taskId},`));
  if (first === -1) return dump;
  const indent = indentOf(lines[first]);
  const length = lines.slice(first + 1).findIndex((line) => indentOf(line) <= indent);
  return lines
    .slice(first, length === -1 ? undefined : first + 1 + length)
    .map((line) => line.slice(indent))
    .join("\n");
}

/** Where the text of a line begins, past the lines of the tree. */
function indentOf(line = ""): number {
  return /^[│├└─ ]*/.exec(line)?.[0].length ?? 0;
}
