import { constants } from "node:fs";

/** How a file is opened. */
export interface OpenMode {
  /** For the system. */
  readonly flags: number;
  readonly isWritable: boolean;
  /** Whether what is written goes to the end, wherever that is by then. */
  readonly appends: boolean;
}

/** @throws {TypeError} when `flags` is none of Node.js's */
export function modeOf(flags: string): OpenMode {
  const mode = MODES.get(flags);
  if (mode !== undefined) return mode;
  const advice =
    typeof flags === "string" && /[bt]/.test(flags) ? "; text needs an encoding instead, bytes need nothing" : "";
  throw new TypeError(
    `flags must be "r", "r+", "w", "wx", "a" or another of Node.js's, not ${describe(flags)}${advice}`,
  );
}

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } = constants;

// Numbers, for the runtimes do not agree on the rarer strings.
const MODES: ReadonlyMap<string, OpenMode> = new Map([
  ...modes(["r"], 0),
  ...modes(["rs", "sr"], O_SYNC),
  ...modes(["w"], O_CREAT | O_TRUNC),
  ...modes(["wx", "xw"], O_CREAT | O_TRUNC | O_EXCL),
  ...modes(["a"], O_CREAT | O_APPEND),
  ...modes(["ax", "xa"], O_CREAT | O_APPEND | O_EXCL),
  ...modes(["as", "sa"], O_CREAT | O_APPEND | O_SYNC),
]);

function modes(names: readonly string[], flags: number): [string, OpenMode][] {
  return names.flatMap((name): [string, OpenMode][] => {
    const appends = name.includes("a");
    const isWritable = !name.includes("r");
    return [
      [name, { flags: flags | (isWritable ? O_WRONLY : O_RDONLY), isWritable, appends }],
      [`${name}+`, { flags: flags | O_RDWR, isWritable: true, appends }],
    ];
  });
}

function describe(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
