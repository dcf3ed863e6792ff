import { once } from "node:events";
import { PassThrough } from "node:stream";
import { atRest } from "../at-rest.js";
import type { Contestant, HandOver, HandOverFamily } from "../contestant.js";

/** Holds half before and half behind the transform; of each the last one's sender waits. */
function channel(capacity: number): PassThrough {
  return new PassThrough({ objectMode: true, highWaterMark: capacity / 2 + 1 });
}

async function produce(stream: PassThrough, items: number, sent: () => void): Promise<void> {
  for (let item = 0; item < items; item += 1) {
    if (!stream.write(item)) await once(stream, "drain");
    sent();
  }
  stream.end();
}

async function handThrough({ capacity, items, begin }: HandOver): Promise<void> {
  const stream = channel(capacity);
  const producing = produce(stream, items, () => {});
  const take = begin();
  for await (const item of stream as AsyncIterable<number>) take(item);
  await producing;
}

/** One producer, one consumer: a loop is the one way in which several parts of a program may not read a stream. */
const handOver: HandOverFamily = {
  async fill(capacity, items, stuck) {
    const stream = channel(capacity);
    let sent = 0;
    const producing = produce(stream, items, () => {
      sent += 1;
    });
    await atRest();
    stuck(sent);
    stream.resume();
    await Promise.all([producing, once(stream, "end")]);
  },

  receive: handThrough,

  iterate: handThrough,
};

export const nodeStreams: Contestant = { handOver };
