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
  /** Where each link leads to, or null while it is followed. */
  const links = new Map<string, string | null>();
  const ahead: (string | EndOfLink)[] = namesOf(path).reverse();
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    if (typeof name === "object") {
      links.set(name.link, resolved);
      continue;
    }
    if (name === "..") {
      resolved = resolved.slice(0, Math.max(resolved.lastIndexOf("/"), 1));
      continue;
    }
    const next = resolved === "/" ? `/${name}` : `${resolved}/${name}`;
    const known = links.get(next);
    const target = known === undefined ? await targetOf(next) : null;
    if (target === null) {
      resolved = known ?? next;
      continue;
    }
    links.set(next, null);
    if (target.startsWith("/")) resolved = "/";
    ahead.push({ link: next }, ...namesOf(target).reverse());
  }
  return resolved;
}

/** Stands behind the names that a link was replaced with. */
interface EndOfLink {
  readonly link: string;
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
