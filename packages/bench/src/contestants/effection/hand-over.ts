import { each, type Operation, run, spawn, until } from "effection";
import { atRest } from "../at-rest.js";
import type { HandOver, HandOverFamily } from "../contestant.js";
import { type Channel, createChannel, streamOf } from "./channel.js";
import { inGroup } from "./tasks.js";

type Consume = (channel: Channel<number>, take: (item: number) => void) => Operation<void>;

function* receiveAll(channel: Channel<number>, take: (item: number) => void): Operation<void> {
  for (let next = yield* channel.next(); !next.done; next = yield* channel.next()) take(next.value);
}

function* iterateAll(channel: Channel<number>, take: (item: number) => void): Operation<void> {
  for (const item of yield* each(streamOf(channel))) {
    take(item);
    yield* each.next();
  }
}

async function through(consume: Consume, order: HandOver): Promise<void> {
  const { capacity, producers, consumers, items, begin } = order;
  const channel = createChannel<number>(capacity);
  let producing = producers;
  function* produce(first: number): Operation<void> {
    for (let item = first; item < items; item += producers) yield* channel.send(item);
    producing -= 1;
    if (producing === 0) channel.close();
  }

  await run(() =>
    inGroup(consumers + producers, (index) =>
      index < consumers ? () => consume(channel, begin()) : () => produce(index - consumers),
    ),
  );
}

export const handOver: HandOverFamily = {
  async fill(capacity, items, stuck) {
    const channel = createChannel<number>(capacity);
    let sent = 0;
    await run(function* () {
      const producing = yield* spawn(function* () {
        for (let item = 0; item < items; item += 1) {
          yield* channel.send(item);
          sent += 1;
        }
      });
      yield* until(atRest());
      stuck(sent);
      for (let i = 0; i < items; i += 1) yield* channel.next();
      yield* producing;
    });
  },

  receive: (handOver) => through(receiveAll, handOver),

  iterate: (handOver) => through(iterateAll, handOver),
};
