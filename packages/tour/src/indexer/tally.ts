/** How many different words are kept at most. */
const MOST = 100_000;
const SHORTEST = 4;
const LONGEST = 40;
const NUMBER = /^\p{N}/u;

/**
 * Counts words, in bounded memory: when there are too many different ones, the rarest are forgotten. Words of less than
 * four characters and of more than forty count for nothing here.
 */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(word: string): void {
    if (word.length < SHORTEST || word.length > LONGEST) return;
    const count = this.#counts.get(word);
    if (count === undefined) this.#insert(copyOf(word), 1);
    else this.#counts.set(word, count + 1);
  }

  /**
   * Adds what another one has counted, in lower case and without numbers; keep that here, for it would double the price of
   * `add`.
   */
  merge(other: Tally): void {
    for (const [word, count] of other.#counts) {
      if (NUMBER.test(word)) continue;
      const lower = word.toLowerCase();
      const before = this.#counts.get(lower);
      if (before === undefined) this.#insert(lower, count);
      else this.#counts.set(lower, before + count);
    }
  }

  /** How often a word in lower case was merged in, so far; 0 for one that is not kept. */
  countOf(word: string): number {
    return this.#counts.get(word) ?? 0;
  }

  /** The most frequent words, the most frequent first. */
  top(n: number): { word: string; count: number }[] {
    return [...this.#counts]
      .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
      .slice(0, n)
      .map(([word, count]) => ({ word, count }));
  }

  #insert(word: string, count: number): void {
    this.#counts.set(word, count);
    if (this.#counts.size <= MOST) return;
    // Down to half, so that this happens seldom.
    for (let rare = 1; this.#counts.size > MOST / 2; rare *= 2) {
      for (const [each, n] of this.#counts) {
        if (n <= rare) this.#counts.delete(each);
      }
    }
  }
}

// A word cut out of a text keeps the whole text in memory.
function copyOf(word: string): string {
  return Buffer.from(word).toString();
}
