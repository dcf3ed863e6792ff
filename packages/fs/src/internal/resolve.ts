import * as fs from "node:fs";
import { calling, codeOf } from "./system-call.js";

/**
 * The path without links, "." and "..", as far as it exists; the rest stands behind it as it is. A link that leads to itself is left
 * as it is.
 *
 * @param path absolute
 */
export async function resolveLeniently(path: string): Promise<string> {
  try {
    return await calling<string>((done) => fs.realpath.native(path, done));
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
  }
  let resolved = "/";
  const seen = new Set<string>();
  const ahead = namesOf(path).reverse();
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    if (name === "..") {
      resolved = resolved.slice(0, Math.max(resolved.lastIndexOf("/"), 1));
      continue;
    }
    const next = resolved === "/" ? `/${name}` : `${resolved}/${name}`;
    const target = seen.has(next) ? null : await targetOf(next);
    if (target === null) {
      resolved = next;
      continue;
    }
    seen.add(next);
    if (target.startsWith("/")) resolved = "/";
    ahead.push(...namesOf(target).reverse());
  }
  return resolved;
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

async function targetOf(path: string): Promise<string | null> {
  try {
    return await calling<string>((done) => fs.readlink(path, done));
  } catch {
    // No link, or nothing at all.
    return null;
  }
}
