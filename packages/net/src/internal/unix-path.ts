import { isPathObject, type PathObject } from "@anyio/core/lowlevel";

/** The path of a socket, as text. What is none is refused: Node.js cuts one that is too long, and says nothing. */
export function unixPathOf(given: string | PathObject): string {
  const path = isPathObject(given) ? given.toString() : given;
  if (typeof path !== "string") throw new TypeError(`path must be a string or a Path, not ${typeof path}`);
  if (path === "") throw new RangeError('path must be the path of a socket, not ""');
  const length = Buffer.byteLength(path);
  if (length <= LONGEST || process.platform === "win32") return path;
  throw new RangeError(`path must have at most ${LONGEST} bytes, and ${path} has ${length}; choose a shorter one`);
}

// One less than what the system has room for: a zero comes at its end.
const LONGEST = process.platform === "linux" ? 107 : 103;
