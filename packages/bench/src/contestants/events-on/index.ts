import { EventEmitter, on, once } from "node:events";
import { atRest } from "../at-rest.js";
import type { Contestant, HandOver, HandOverFamily } from "../contestant.js";

/** An emitter that can be held up, as the loop over its events does when it has as many of them as it may hold. */
class Source extends EventEmitter<{ item: [number]; end: []; resume: [] }> {
  #paused = false;

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.emit("resume");
  }

  async send(item: number): Promise<void> {
    this.emit("item", item);
    if (this.#paused) await once(this, "resume");
  }

  listen(capacity: number): AsyncIterable<number[]> {
    return on(this, "item", { close: ["end"], highWaterMark: capacity, lowWaterMark: capacity / 2 });
  }
}

async function produce(source: Source, items: number, sent: () => void): Promise<void> {
  for (let item = 0; item < items; item += 1) {
    await source.send(item);
    sent();
  }
  source.emit("end");
}

async function consume(received: AsyncIterable<number[]>, take: (item: number) => void): Promise<void> {
  for await (const [item] of received) take(item ?? Number.NaN);
}

async function handThrough({ capacity, items, begin }: HandOver): Promise<void> {
  const source = new Source();
  const received = source.listen(capacity);
  const producing = produce(source, items, () => {});
  await consume(received, begin());
  await producing;
}

const handOver: HandOverFamily = {
  async fill(capacity, items, stuck) {
    const source = new Source();
    const received = source.listen(capacity);
    let sent = 0;
    const producing = produce(source, items, () => {
      sent += 1;
    });
    await atRest();
    stuck(sent);
    await consume(received, () => {});
    await producing;
  },

  receive: handThrough,

  iterate: handThrough,
};

export const eventsOn: Contestant = { handOver };
