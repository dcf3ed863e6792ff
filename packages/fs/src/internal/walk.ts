import * as fs from "node:fs";
import { isCancelled } from "@anyio/core";
import type { Path } from "../path.js";
import { type Entry, scanDirectory } from "./scan-directory.js";
import { Search } from "./search.js";
import { calling, look } from "./system-call.js";

/** A directory of a walk: its path, the names of its directories, and the names of all else. */
export type Visit<P> = [path: P, directories: string[], files: string[]];

/** How directories are walked through. */
export interface WalkOptions<P = Path> {
  /** Whether a directory comes before what is in it; true unless told. Its list of directories may then be changed, to leave some out. */
  readonly topDown?: boolean | undefined;
  /** Is called with the error of a directory that cannot be read, and its path; what it throws is thrown on. Without it they are passed over. */
  readonly onError?: ((error: unknown, path: P) => unknown) | undefined;
  /** Whether links to directories are walked through too; false unless told. A link that leads up makes that endless. */
  readonly followSymlinks?: boolean | undefined;
}

/** Directories from one on. */
export class Walk<P> extends Search<Visit<P>> {
  readonly #options: WalkOptions<P>;
  readonly #join: (path: P, name: string) => P;
  /** The next one is at the end: a directory to be read, or one that has been and is told of after what is in it. */
  readonly #stack: ({ readonly path: P } | { readonly visit: Visit<P> })[];
  /** What was told of last; its directories come next. */
  #last: Visit<P> | null = null;

  constructor(path: P, options: WalkOptions<P>, join: (path: P, name: string) => P) {
    super();
    this.#stack = [{ path }];
    this.#options = options;
    this.#join = join;
  }

  protected override async advance(): Promise<boolean> {
    if (this.#last !== null) this.#descend(this.#last);
    this.#last = null;
    const next = this.#stack.at(-1);
    if (next === undefined) return false;
    if ("visit" in next) {
      this.#stack.pop();
      this.found(next.visit);
      return true;
    }
    const visit = await this.#read(next.path);
    this.#stack.pop();
    if (visit instanceof Failure) {
      await this.#options.onError?.(visit.error, next.path);
    } else if (this.#options.topDown ?? true) {
      this.#last = visit;
      this.found(visit);
    } else {
      this.#stack.push({ visit });
      this.#descend(visit);
    }
    return true;
  }

  #descend([path, directories]: Visit<P>): void {
    for (const name of directories.toReversed()) this.#stack.push({ path: this.#join(path, name) });
  }

  async #read(path: P): Promise<Visit<P> | Failure> {
    let entries: Entry[];
    try {
      entries = await scanDirectory(String(path));
    } catch (error) {
      if (isCancelled(error)) throw error;
      return new Failure(error);
    }
    const visit: Visit<P> = [path, [], []];
    for (const entry of entries) {
      const isDirectory =
        entry.isDirectory() || (entry.isSymbolicLink() && (await this.#leadsToDirectory(path, entry)));
      visit[isDirectory ? 1 : 2].push(entry.name);
    }
    return visit;
  }

  async #leadsToDirectory(path: P, entry: Entry): Promise<boolean> {
    if (this.#options.followSymlinks !== true) return false;
    const target = String(this.#join(path, entry.name));
    try {
      const stats = await look(`stat of ${target}`, () => calling<fs.Stats>((done) => fs.stat(target, done)));
      return stats.isDirectory();
    } catch (error) {
      if (isCancelled(error)) throw error;
      return false;
    }
  }
}

class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}
