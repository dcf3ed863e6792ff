import { sleep } from "@anyio/core";
import { race } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "The loser of a race";

export async function tell(say: Narrator): Promise<void> {
  say.about("Two replicas have the same file. Both are asked, and the faster one decides.");

  say.part("Promise.race");
  const leaky = new Downloads(say);
  // oxlint-disable-next-line no-restricted-properties -- to show what it does
  const first = await Promise.race([leaky.fetch("near", 40), leaky.fetch("far", 150)]);
  say.step(`the race is over: ${first} has won. Downloads still running: ${leaky.running}`);
  say.step("the program goes on with other work");
  await sleep(600);
  say.step(`the other work is done. Bytes fetched for nobody: ${leaky.bytesOf("far")}`);

  say.part("race()");
  const tidy = new Downloads(say);
  const winner = await race([() => tidy.fetch("near", 40), () => tidy.fetch("far", 150)]);
  say.step(`the race is over: ${winner} has won. Downloads still running: ${tidy.running}`);

  say.lesson(
    "Promise.race drops the loser's result, not the loser: its sockets, its timers and its side effects live on, and " +
      "where it waited for a queue, it takes the next item and loses it. race() takes functions instead of promises, " +
      "cancels the losers, and returns when they have cleaned up.",
  );
}

/** Downloads in four pieces, and what there is of them. */
class Downloads {
  readonly #say: Narrator;
  readonly #bytes = new Map<string, number>();
  running = 0;

  constructor(say: Narrator) {
    this.#say = say;
  }

  async fetch(replica: string, msPerPiece: number): Promise<string> {
    this.running++;
    let finished = false;
    try {
      for (let piece = 1; piece <= 4; piece++) {
        await sleep(msPerPiece);
        this.#bytes.set(replica, this.bytesOf(replica) + 1024);
        this.#say.step(`${replica}: piece ${piece} of 4`);
      }
      finished = true;
      return replica;
    } finally {
      this.running--;
      if (!finished) this.#say.step(`${replica}: cancelled, connection closed`);
    }
  }

  bytesOf(replica: string): number {
    return this.#bytes.get(replica) ?? 0;
  }
}
