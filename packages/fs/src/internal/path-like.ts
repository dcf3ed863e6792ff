import { fileURLToPath } from "node:url";
import { isPathObject, type PathObject } from "@anyio/core/lowlevel";

/** What names a file: text, a `file:` URL, or a `Path`. */
export type PathLike = string | URL | PathObject;

/**
 * The text of a path.
 *
 * @throws {TypeError} when it is none, or a URL of something else than a file
 */
export function textOf(path: PathLike, name = "path"): string {
  if (typeof path === "string") return path;
  if (path instanceof URL) return fileURLToPath(path);
  if (isPathObject(path)) return path.toString();
  throw new TypeError(`${name} must be a string, a file: URL or a Path, not ${String(path)}`);
}
