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
