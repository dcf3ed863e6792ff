/** How a system writes its paths. */
export interface Flavour {
  readonly separator: "/" | "\\";
  /** Divides a path into its drive, its root and the rest. */
  readonly split: (path: string) => [drive: string, root: string, rest: string];
  /** Puts one path behind another, which it replaces where it is absolute. */
  readonly join: (left: string, right: string) => string;
  /** What two names have in common that are the same to the system. */
  readonly fold: (text: string) => string;
  /** Whether upper and lower case differ. */
  readonly isCaseSensitive: boolean;
}

/** A path, taken apart. */
export interface Parsed {
  readonly drive: string;
  readonly root: string;
  /** The names, without what stands for "here". */
  readonly names: readonly string[];
}

export const POSIX: Flavour = {
  separator: "/",
  split: (path) => {
    const rest = path.replace(/^\/+/, "");
    const slashes = path.length - rest.length;
    // Two are a root of their own, by the standard; three are as one.
    return ["", slashes === 0 ? "" : slashes === 2 ? "//" : "/", rest];
  },
  join: (left, right) => {
    if (right.startsWith("/") || left === "") return right;
    return left.endsWith("/") ? left + right : `${left}/${right}`;
  },
  fold: (text) => text,
  isCaseSensitive: true,
};

export const WINDOWS: Flavour = {
  separator: "\\",
  split: splitWindows,
  join: joinWindows,
  fold: (text) => text.toLowerCase(),
  isCaseSensitive: false,
};

export function parse(flavour: Flavour, path: string): Parsed {
  const [drive, root, rest] = flavour.split(path);
  return { drive, root, names: rest.split(flavour.separator).filter((name) => name !== "" && name !== ".") };
}

export function format({ separator }: Flavour, { drive, root, names }: Parsed): string {
  return drive + root + names.join(separator) || ".";
}

/** The name's part from the last dot on; a dot at either end makes none. */
export function suffixOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 && dot < name.length - 1 ? name.slice(dot) : "";
}

export function suffixesOf(name: string): string[] {
  if (name.endsWith(".")) return [];
  const [, ...suffixes] = name.replace(/^\.+/, "").split(".");
  return suffixes.map((suffix) => `.${suffix}`);
}

/** Compares as Python does, by code points. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left === right) continue;
    // Surrogates stand for what comes after all other units.
    const isPaired = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
    return isPaired(left) === isPaired(right) ? left - right : isPaired(left) ? 1 : -1;
  }
  return a.length - b.length;
}

/** Whether a Windows has this name for something else than files. */
export function isReservedName(name: string): boolean {
  const [base = ""] = name.replace(/[ .]+$/, "").split(".");
  return RESERVED.test(base.replace(/ +$/, ""));
}

const RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[1-9\u00B9\u00B2\u00B3])$/i;

function splitWindows(path: string): [string, string, string] {
  const normal = path.replaceAll("/", "\\");
  const [drive, root, rest] = cutWindows(normal);
  // A share is a drive whose root is there in any case.
  const parts = root === "" && drive.startsWith("\\") && !drive.endsWith("\\") ? drive.split("\\") : [];
  const isShare = (parts.length === 4 && !["?", "."].includes(parts[2] ?? "")) || parts.length === 6;
  return [drive, isShare ? "\\" : root, rest.replace(/^\\+/, "")];
}

function cutWindows(path: string): [string, string, string] {
  if (path.startsWith("\\\\")) {
    const start = path.slice(0, 8).toUpperCase() === "\\\\?\\UNC\\" ? 8 : 2;
    const host = path.indexOf("\\", start);
    const share = host < 0 ? -1 : path.indexOf("\\", host + 1);
    return share < 0 ? [path, "", ""] : [path.slice(0, share), "\\", path.slice(share + 1)];
  }
  if (path.startsWith("\\")) return ["", "\\", path.slice(1)];
  if (path[1] !== ":") return ["", "", path];
  return path[2] === "\\" ? [path.slice(0, 2), "\\", path.slice(3)] : [path.slice(0, 2), "", path.slice(2)];
}

function joinWindows(left: string, right: string): string {
  const [drive, root, rest] = cutWindows(left.replaceAll("/", "\\"));
  const [rightDrive, rightRoot, rightRest] = cutWindows(right.replaceAll("/", "\\"));
  if (rightRoot !== "") return (rightDrive || drive) + rightRoot + rightRest;
  const isOther = rightDrive !== "" && rightDrive.toLowerCase() !== drive.toLowerCase();
  if (isOther) return rightDrive + rightRest;
  const glue = rest === "" || rest.endsWith("\\") ? "" : "\\";
  const share = root === "" && drive.startsWith("\\") ? "\\" : "";
  return (rightDrive || drive) + (root || share) + rest + glue + rightRest;
}
