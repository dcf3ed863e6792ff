import { atRest } from "../at-rest.js";
import type { HandOver, HandOverFamily } from "../contestant.js";
import { startAll } from "../start-all.js";
import { channel } from "./channel.js";

/** The producers share a writer, each waiting for its own writes. */
async function produceAll(writer: WritableStreamDefaultWriter<number>, { producers, items }: HandOver): Promise<void> {
  await startAll(producers, async (first) => {
    for (let item = first; item < items; item += producers) await writer.write(item);
  });
  await writer.close();
}

export const handOver: HandOverFamily = {
  async fill(capacity, items, stuck) {
    const { send, readable } = channel<number>(capacity);
    let sent = 0;
    async function produce(): Promise<void> {
      for (let item = 0; item < items; item += 1) {
        await send.write(item);
        sent += 1;
      }
    }
    const producing = produce();
    await atRest();
    stuck(sent);
    const receive = readable.getReader();
    for (let i = 0; i < items; i += 1) await receive.read();
    await producing;
  },

  async receive(order) {
    const { send, readable } = channel<number>(order.capacity);
    const reader = readable.getReader();
    const consuming = startAll(order.consumers, async () => {
      const take = order.begin();
      for (let result = await reader.read(); !result.done; result = await reader.read()) take(result.value);
    });
    await produceAll(send, order);
    await consuming;
  },

  async iterate(order) {
    const { send, readable } = channel<number>(order.capacity);
    const consuming = startAll(order.consumers, async () => {
      const take = order.begin();
      for await (const item of readable) take(item);
    });
    await produceAll(send, order);
    await consuming;
  },
};
