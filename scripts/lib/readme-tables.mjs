import { performanceTable, readResults } from "./performance-table.mjs";
import { readCounts, runtimesTable } from "./runtimes-table.mjs";

/** The README with its tables written anew, each between the two comments of its name. @param {string} text */
export function withTables(text) {
  return Object.entries({ performance: performanceTable(readResults()), runtimes: runtimesTable(readCounts()) }).reduce(
    (text, [name, table]) => between(text, name, table),
    text,
  );
}

/** @param {string} text @param {string} name @param {string} content */
function between(text, name, content) {
  const [begin, end] = [`<!-- ${name}: written by \`npm run readme\` -->`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to === -1) throw new Error(`README.md lacks ${begin} or ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}
