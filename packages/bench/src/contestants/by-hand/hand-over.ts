import type { HandOver, HandOverFamily } from "../contestant.js";
import { atRest } from "../at-rest.js";
import { Channel } from "./channel.js";
import type { Tools } from "./tools.js";

type Consume<S> = (channel: Channel<S, number>, take: (item: number) => void, scope: S) => Promise<void>;

export function handOver<S>(tools: Tools<S>): HandOverFamily {
  async function receiveAll(channel: Channel<S, number>, take: (item: number) => void, scope: S): Promise<void> {
    for (let item = await channel.receive(scope); item !== undefined; item = await channel.receive(scope)) take(item);
  }

  async function iterateAll(channel: Channel<S, number>, take: (item: number) => void, scope: S): Promise<void> {
    for await (const item of channel.iterate(scope)) take(item);
  }

  async function through(
    consume: Consume<S>,
    { capacity, producers, consumers, items, begin }: HandOver,
  ): Promise<void> {
    const channel = new Channel<S, number>(capacity, tools);
    let producing = producers;
    async function produce(first: number, scope: S): Promise<void> {
      for (let item = first; item < items; item += producers) await channel.send(item, scope);
      producing -= 1;
      if (producing === 0) channel.close();
    }

    await tools.withGroup(async (group) => {
      for (let i = 0; i < consumers; i += 1) void group.spawn((scope) => consume(channel, begin(), scope));
      for (let i = 0; i < producers; i += 1) void group.spawn((scope) => produce(i, scope));
    });
  }

  return {
    async fill(capacity, items, stuck) {
      const channel = new Channel<S, number>(capacity, tools);
      let sent = 0;
      await tools.withGroup(async (group) => {
        void group.spawn(async (scope) => {
          for (let item = 0; item < items; item += 1) {
            await channel.send(item, scope);
            sent += 1;
          }
        });
        await atRest();
        stuck(sent);
        for (let i = 0; i < items; i += 1) await channel.receive(group.scope);
      });
    },

    receive: (handOver) => through(receiveAll, handOver),

    iterate: (handOver) => through(iterateAll, handOver),
  };
}
