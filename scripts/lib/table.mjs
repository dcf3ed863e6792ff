/**
 * Lays rows out in columns.
 *
 * @param {(string | number)[][]} rows the first is the heading
 */
export function table(rows) {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => String(row[column]).length))) ?? [];
  const line = (/** @type {(string | number)[]} */ row) => row.map(padded).join("  ").trimEnd();
  const padded = (/** @type {string | number} */ cell, /** @type {number} */ column) => {
    const width = widths[column] ?? 0;
    return typeof cell === "number" ? String(cell).padStart(width) : cell.padEnd(width);
  };
  return rows.map(line).join("\n");
}

/** As the formatter would have it. @param {string[][]} rows the first is the heading @param {string[]} sides where a column's cells stand */
export function markdownTable(rows, sides) {
  const widths = sides.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (/** @type {string} */ cell, /** @type {number} */ column) =>
    sides[column] === ">" ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  const rule = widths.map((width, column) => (sides[column] === ">" ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  const [heading = [], ...body] = rows;
  return [heading.map(pad), rule, ...body.map((row) => row.map(pad))].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
