/** A value as an error message quotes it. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return `a function ${value.name || "without a name"}`;
  if (typeof value === "object" && value !== null) return `an object of class ${value.constructor?.name ?? "null"}`;
  return String(value);
}

/** A command as people would type it, at most so long that a message stays readable. */
export function showCommand(command: string | readonly string[]): string {
  const text = typeof command === "string" ? command : command.map(quote).join(" ");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function quote(part: string): string {
  return /^[\w@%+=:,./-]+$/.test(part) ? part : `'${part.replaceAll("'", String.raw`'\''`)}'`;
}

const LONGEST = 200;
