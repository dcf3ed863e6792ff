import { type Entry, scanDirectory } from "./scan-directory.js";
import { Search } from "./search.js";

/** How many entries are looked at in one step. */
export const PORTION = 256;

/** The entries of one directory. */
export class Listing<T> extends Search<T> {
  readonly #path: string;
  readonly #make: (entry: Entry) => T;
  #entries: Entry[] | null = null;
  #done = 0;

  constructor(path: string, make: (entry: Entry) => T) {
    super();
    this.#path = path;
    this.#make = make;
  }

  protected override async advance(): Promise<boolean> {
    const entries = (this.#entries ??= await scanDirectory(this.#path));
    const portion = entries.slice(this.#done, this.#done + PORTION);
    this.#done += portion.length;
    for (const entry of portion) this.found(this.#make(entry));
    return portion.length > 0;
  }
}
