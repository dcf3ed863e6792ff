/** How many different words are kept at most. */
const MOST = 100_000;

/** Sums up how often words were found, in bounded memory: when there are too many different ones, the rarest are forgotten. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(word: string, times = 1): void {
    const count = this.#counts.get(word);
    if (count === undefined) this.#insert(copyOf(word), times);
    else this.#counts.set(word, count + times);
  }

  /** How often a word was found so far; 0 for one that is not kept. */
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
