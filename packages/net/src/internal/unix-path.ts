/** Refuses what is no path of a socket: Node.js cuts one that is too long, and says nothing. */
export function checkUnixPath(path: unknown): asserts path is string {
  if (typeof path !== "string") throw new TypeError(`path must be a string, not ${typeof path}`);
  if (path === "") throw new RangeError('path must be the path of a socket, not ""');
  const length = Buffer.byteLength(path);
  if (length <= LONGEST || process.platform === "win32") return;
  throw new RangeError(`path must have at most ${LONGEST} bytes, and ${path} has ${length}; choose a shorter one`);
}

// One less than what the system has room for: a zero comes at its end.
const LONGEST = process.platform === "linux" ? 107 : 103;
