import { EndOfStreamError } from "@anyio/core";
import { createMemoryObjectStream, type MemoryObjectReceiveStream } from "@anyio/streams";
import { withTaskGroup } from "@anyio/task-groups";
import { atRest } from "../at-rest.js";
import type { HandOver, HandOverFamily } from "../contestant.js";

type Consume = (receive: MemoryObjectReceiveStream<number>, take: (item: number) => void) => Promise<void>;

async function receiveAll(receive: MemoryObjectReceiveStream<number>, take: (item: number) => void): Promise<void> {
  try {
    while (true) take(await receive.receive());
  } catch (error) {
    if (!(error instanceof EndOfStreamError)) throw error;
  }
}

async function iterateAll(receive: MemoryObjectReceiveStream<number>, take: (item: number) => void): Promise<void> {
  for await (const item of receive) take(item);
}

async function through(consume: Consume, order: HandOver): Promise<void> {
  const { capacity, producers, consumers, items, begin } = order;
  const [send, receive] = createMemoryObjectStream<number>(capacity);
  await withTaskGroup((tg) => {
    for (let i = 0; i < consumers; i += 1) tg.startSoon(() => consume(receive, begin()));
    for (let first = 0; first < producers; first += 1) {
      const mine = send.clone();
      tg.startSoon(async () => {
        for (let item = first; item < items; item += producers) await mine.send(item);
        mine.close();
      });
    }
    send.close();
  });
  receive.close();
}

export const handOver: HandOverFamily = {
  async fill(capacity, items, stuck) {
    const [send, receive] = createMemoryObjectStream<number>(capacity);
    let sent = 0;
    await withTaskGroup(async (tg) => {
      tg.startSoon(async () => {
        for (let item = 0; item < items; item += 1) {
          await send.send(item);
          sent += 1;
        }
      });
      await atRest();
      stuck(sent);
      for (let i = 0; i < items; i += 1) await receive.receive();
    });
    send.close();
    receive.close();
  },

  receive: (handOver) => through(receiveAll, handOver),

  iterate: (handOver) => through(iterateAll, handOver),
};
