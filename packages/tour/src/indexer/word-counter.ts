import { availableParallelism } from "node:os";
import { CapacityLimiter } from "@anyio/sync";
import { toThread, worker } from "@anyio/threads";
import { countTexts, type TextCounts } from "./count-texts.js";
import type { Tally } from "./tally.js";

/** What is counted in about the time that threads take to start. */
const WORTH_A_THREAD = 4 * 1024 * 1024;

const inThread = worker<typeof import("./count-texts.js")>(new URL("./count-texts.js", import.meta.url));

/**
 * Counts texts: the first ones of a tree here, for a small tree is done before a thread has started, and the others in worker threads, one
 * for each processor.
 */
export class WordCounter {
  readonly #tally: Tally;
  readonly #limiter = new CapacityLimiter(availableParallelism());
  #here: number;

  /**
   * @param tally is told which words there are
   * @param here how many bytes are counted here
   */
  constructor(tally: Tally, here = WORTH_A_THREAD) {
    this.#tally = tally;
    this.#here = here;
  }

  /**
   * Counts texts, all in one call: to send a small one takes longer than to count it.
   *
   * **Cancellation:** stops waiting; nothing is counted then.
   *
   * @param texts whole words of UTF-8 each
   */
  async count(texts: readonly Uint8Array[]): Promise<readonly TextCounts[]> {
    const [bytes, ends] = joined(texts);
    const counts =
      this.#here > 0
        ? countTexts(bytes, ends)
        : await toThread.run(inThread.countTexts, [bytes, ends], {
            limiter: this.#limiter,
            onCancel: "abandon",
            transfer: [bytes.buffer],
          });
    this.#here -= ends.at(-1) ?? 0;
    for (const [word, times] of counts.words) this.#tally.add(word, times);
    return counts.texts;
  }
}

/** One behind the other, in memory that can be handed over, and where each of them ends. */
function joined(texts: readonly Uint8Array[]): [bytes: Uint8Array<ArrayBuffer>, ends: number[]] {
  let size = 0;
  const ends = texts.map(({ length }) => (size += length));
  const bytes = new Uint8Array(size);
  for (const [n, text] of texts.entries()) bytes.set(text, ends[n - 1] ?? 0);
  return [bytes, ends];
}
