import * as fs from "node:fs";
import { isCancelled } from "@anyio/core";
import type { Flavour } from "./lexical.js";
import { parse } from "./lexical.js";
import { PORTION } from "./listing.js";
import { isWild, namePattern, pathPattern } from "./patterns.js";
import { type Entry, scanDirectory } from "./scan-directory.js";
import { Search } from "./search.js";
import { calling, look } from "./system-call.js";

/** A pattern, as the steps that lead to what matches it. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Whether only directories are meant. */
  readonly isForDirectories: boolean;
}

type Step =
  /** A name as it is, or "..". */
  | { readonly kind: "name"; readonly name: string }
  /** Any name in the directory that matches. */
  | { readonly kind: "any"; readonly pattern: RegExp }
  /** Anything below the directory whose way from there matches. */
  | { readonly kind: "below"; readonly pattern: RegExp };

/** Where the search has to go on. */
interface Place {
  readonly path: string;
  readonly step: number;
  /** From where a "below" began to here. */
  readonly way: string;
  /** Whether the path is known to exist. */
  readonly isKnown: boolean;
  entries: readonly Entry[] | null;
  done: number;
}

/**
 * @throws {RangeError} when the pattern is empty or absolute
 */
export function planOf(pattern: string, flavour: Flavour, caseSensitive: boolean | undefined): Plan {
  const { drive, root, names } = parse(flavour, pattern);
  if (drive + root !== "") throw new RangeError(`pattern must be relative, not ${JSON.stringify(pattern)}`);
  if (names.length === 0) throw new RangeError(`pattern must name something, not ${JSON.stringify(pattern)}`);
  const isSensitive = caseSensitive ?? flavour.isCaseSensitive;
  const hasOwnCase = caseSensitive !== undefined && caseSensitive !== flavour.isCaseSensitive;
  const steps: Step[] = [];
  for (let i = 0; i < names.length;) {
    const name = names[i] as string;
    if (name === "**") {
      const end = names.indexOf("..", i);
      const below = names.slice(i, end < 0 ? undefined : end);
      steps.push({ kind: "below", pattern: pathPattern(below, flavour, isSensitive) });
      i += below.length;
      continue;
    }
    const isPattern = name !== ".." && (isWild(name) || hasOwnCase);
    steps.push(isPattern ? { kind: "any", pattern: namePattern(name, isSensitive) } : { kind: "name", name });
    i++;
  }
  return { steps, isForDirectories: pattern.endsWith(flavour.separator) || pattern.endsWith("/") };
}

/** What matches a pattern, below a directory. What cannot be read is passed over. */
export class Glob<T> extends Search<T> {
  readonly #plan: Plan;
  readonly #separator: string;
  readonly #followsLinks: boolean;
  readonly #make: (path: string) => T;
  /** The next one is at the end. */
  readonly #places: Place[];

  constructor(base: string, plan: Plan, separator: string, followsLinks: boolean, make: (path: string) => T) {
    super();
    this.#plan = plan;
    this.#separator = separator;
    this.#followsLinks = followsLinks;
    this.#make = make;
    // What is found below "." is called by its own name.
    this.#places = [placeAt(base === "." ? "" : base, 0, false)];
  }

  protected override async advance(): Promise<boolean> {
    const place = this.#places.at(-1);
    if (place === undefined) return false;
    const step = this.#plan.steps[place.step];
    if (step === undefined) {
      const matches = await this.#isMeant(place);
      this.#places.pop();
      if (matches) this.found(this.#make(place.path || "."));
    } else if (step.kind === "name") {
      this.#places.pop();
      this.#places.push(placeAt(this.#join(place.path, step.name), place.step + 1, false));
    } else {
      await this.#scan(place, step);
    }
    return true;
  }

  async #scan(place: Place, step: Step & { pattern: RegExp }): Promise<void> {
    if (place.entries === null) {
      const entries = await entriesOf(place.path || ".");
      place.entries = entries ?? [];
      // The place itself is below itself.
      if (entries !== null && step.kind === "below" && place.way === "" && step.pattern.test("")) {
        this.#reach(place.path, place.step + 1, true);
        return;
      }
    }
    const portion = place.entries.slice(place.done, place.done + PORTION);
    place.done += portion.length;
    if (place.done === place.entries.length) this.#places.splice(this.#places.lastIndexOf(place), 1);
    for (const entry of portion) {
      if (step.kind === "any") this.#enter(place, step.pattern.test(entry.name), entry);
      else this.#descend(place, step.pattern, entry);
    }
  }

  #enter(place: Place, matches: boolean, entry: Entry): void {
    if (matches) this.#reachEntry(this.#join(place.path, entry.name), place.step + 1, entry);
  }

  #descend(place: Place, pattern: RegExp, entry: Entry): void {
    const path = this.#join(place.path, entry.name);
    const way = place.way + entry.name;
    if (entry.isDirectory() || (this.#followsLinks && entry.isSymbolicLink())) {
      this.#places.push({ ...placeAt(path, place.step, true), way: way + this.#separator });
    }
    if (pattern.test(way)) this.#reachEntry(path, place.step + 1, entry);
  }

  #reachEntry(path: string, step: number, entry: Entry): void {
    const isLast = step === this.#plan.steps.length;
    const mayBeDirectory = entry.isDirectory() || entry.isSymbolicLink();
    if ((!isLast || this.#plan.isForDirectories) && !mayBeDirectory) return;
    this.#reach(path, step, !this.#plan.isForDirectories || entry.isDirectory());
  }

  #reach(path: string, step: number, isKnown: boolean): void {
    if (step === this.#plan.steps.length && isKnown) this.found(this.#make(path || "."));
    else this.#places.push(placeAt(path, step, isKnown));
  }

  async #isMeant(place: Place): Promise<boolean> {
    if (place.isKnown) return true;
    try {
      const find = this.#plan.isForDirectories ? fs.stat : fs.lstat;
      const stats = await look(`stat of ${place.path}`, () =>
        calling<fs.Stats>((done) => find(place.path || ".", done)),
      );
      return !this.#plan.isForDirectories || stats.isDirectory();
    } catch (error) {
      if (isCancelled(error)) throw error;
      return false;
    }
  }

  #join(path: string, name: string): string {
    return path === "" || path.endsWith(this.#separator) ? path + name : path + this.#separator + name;
  }
}

function placeAt(path: string, step: number, isKnown: boolean): Place {
  return { path, step, way: "", isKnown, entries: null, done: 0 };
}

/** Null where there is none, or it cannot be read. */
async function entriesOf(path: string): Promise<readonly Entry[] | null> {
  try {
    return await scanDirectory(path);
  } catch (error) {
    if (isCancelled(error)) throw error;
    return null;
  }
}
