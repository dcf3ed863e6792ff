// The indexer has this run in worker threads too.

const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}'’]*/gu;
const NUMBER = /^\p{N}/u;
const SHORTEST = 4;
const LONGEST = 40;
const decoder = new TextDecoder();

/** What is in one text. */
export interface TextCounts {
  /** How many end in it. */
  readonly lines: number;
  readonly words: number;
}

/** What is in several texts. */
export interface Counts {
  readonly texts: readonly TextCounts[];
  /** How often words were found in all of them: in lower case, of four to forty characters, and without numbers. */
  readonly words: ReadonlyMap<string, number>;
}

/**
 * Counts lines and words of texts.
 *
 * @param bytes the texts in UTF-8, one behind the other
 * @param ends where each of them ends
 */
export function countTexts(bytes: Uint8Array, ends: readonly number[]): Counts {
  const found = new Map<string, number>();
  const texts = ends.map((end, n) => countText(decoder.decode(bytes.subarray(ends[n - 1] ?? 0, end)), found));
  return { texts, words: folded(found) };
}

function countText(text: string, found: Map<string, number>): TextCounts {
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  let words = 0;
  for (const [word] of text.matchAll(WORD)) {
    words++;
    if (word.length >= SHORTEST && word.length <= LONGEST) found.set(word, (found.get(word) ?? 0) + 1);
  }
  return { lines, words };
}

/** In lower case and without numbers: keep that apart, for it would double the price of each word. */
function folded(found: ReadonlyMap<string, number>): Map<string, number> {
  const words = new Map<string, number>();
  for (const [word, count] of found) {
    if (NUMBER.test(word)) continue;
    const lower = word.toLowerCase();
    words.set(lower, (words.get(lower) ?? 0) + count);
  }
  return words;
}
