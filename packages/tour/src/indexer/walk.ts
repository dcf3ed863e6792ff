import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { rethrowIfCancelled } from "@anyio/core";
import { answerOf } from "./answer-of.js";

/** What the walk comes across. Paths are relative to the root. */
export type Find =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "skipped"; readonly path: string; readonly what: Skipped }
  | { readonly kind: "problem"; readonly path: string; readonly error: unknown };

export type Skipped = "symbolic link" | "socket" | "named pipe" | "device" | "directory left out";

/**
 * Walks a tree, one directory after the other, in order of names.
 *
 * Symbolic links are not followed, so no loop leads anywhere. A directory that cannot be read is a find like any other.
 */
export async function* walk(root: string, leftOut: readonly string[]): AsyncGenerator<Find, void, void> {
  // A list instead of recursion: trees are deeper than stacks.
  const directories = [""];
  for (let path = directories.pop(); path !== undefined; path = directories.pop()) {
    let entries: Dirent[];
    try {
      // Keep `readdir`: an `opendir` whose waiter has gone would leave an open handle behind.
      entries = await answerOf(readdir(join(root, path), { withFileTypes: true }));
    } catch (error) {
      rethrowIfCancelled(error);
      yield { kind: "problem", path: path || ".", error };
      continue;
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const found: string[] = [];
    for (const entry of entries) {
      const child = join(path, entry.name);
      if (entry.isFile()) yield { kind: "file", path: child };
      else if (!entry.isDirectory()) yield { kind: "skipped", path: child, what: specialOf(entry) };
      else if (leftOut.includes(entry.name)) yield { kind: "skipped", path: child, what: "directory left out" };
      else found.push(child);
    }
    for (const child of found.reverse()) directories.push(child);
  }
}

function specialOf(entry: Dirent): Skipped {
  if (entry.isSymbolicLink()) return "symbolic link";
  if (entry.isSocket()) return "socket";
  return entry.isFIFO() ? "named pipe" : "device";
}
