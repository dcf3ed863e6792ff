import { fileURLToPath } from "node:url";

/** By what a path of ours is known, whichever copy of this package made it. */
export const PATH: unique symbol = Symbol.for("@anyio/fs/path") as never;

/** What names a file: text, a `file:` URL, or a `Path`. */
export type PathLike = string | URL | { readonly [PATH]: true; toString(): string };

/**
 * The text of a path.
 *
 * @throws {TypeError} when it is none, or a URL of something else than a file
 */
export function textOf(path: PathLike, name = "path"): string {
  if (typeof path === "string") return path;
  if (path instanceof URL) return fileURLToPath(path);
  if (typeof path === "object" && path !== null && PATH in path) return path.toString();
  throw new TypeError(`${name} must be a string, a file: URL or a Path, not ${String(path)}`);
}
