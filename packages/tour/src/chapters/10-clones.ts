import { ClosedResourceError, handleGroup, on, sleep } from "@anyio/core";
import { createMemoryObjectStream, type MemoryObjectReceiveStream, type MemoryObjectSendStream } from "@anyio/streams";
import { withTaskGroup } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "Several producers and consumers: clones";

/** Each shop with the number of its orders. */
const SHOPS = { north: 2, south: 5, east: 7 };
const PACKERS = ["packer 1", "packer 2"];

export async function tell(say: Narrator): Promise<void> {
  say.about(
    "Three shops send orders, two packers pack them. Each order goes to one packer, and the packers go home when the last " +
      "shop has closed. Who closes the stream?",
  );

  say.part("Whoever is finished first");
  const [orders, counter] = createMemoryObjectStream<string>(20);
  using _ = counter;
  try {
    await withTaskGroup((tg) => {
      for (const [shop, count] of Object.entries(SHOPS)) tg.startSoon(() => sell(say, shop, count, orders));
    });
  } catch (error) {
    // One shop fails, or both of the others in the same turn.
    await handleGroup(
      error,
      on(ClosedResourceError, (group) => say.step(`the other shops fail: ${group.leaves()[0]?.message}`)),
    );
  }

  say.part("Each its own clone");
  const timeline = say.timeline();
  const [send, receive] = createMemoryObjectStream<string>(4);
  await withTaskGroup((tg) => {
    // The body ends before the tasks begin: what it closes has to be cloned in it, and not in them.
    using out = send;
    using from = receive;
    for (const [shop, count] of Object.entries(SHOPS)) {
      const mine = out.clone();
      tg.startSoon(() => sell(say, shop, count, mine), { name: shop });
    }
    for (const packer of PACKERS) {
      const mine = from.clone();
      tg.startSoon(() => pack(packer, mine), { name: packer });
    }
  });
  say.step("the last clone is closed, the buffer is empty: both packers have gone home");
  timeline.draw();

  say.lesson(
    "A clone is one more handle on the same end. The stream ends when all of them are closed, so no producer has to know " +
      "how many others there are, and no consumer has to count farewells. One more producer is one more clone.",
  );

  async function pack(packer: string, orders: MemoryObjectReceiveStream<string>): Promise<void> {
    using mine = orders;
    for await (const order of mine) {
      timeline.mark(packer, "─", order);
      await sleep(45);
      timeline.mark(packer, " ");
    }
  }
}

/** Sends a shop's orders, and closes what it was given to send them by. */
async function sell(say: Narrator, shop: string, count: number, orders: MemoryObjectSendStream<string>): Promise<void> {
  {
    using mine = orders;
    for (let n = 1; n <= count; n++) {
      await sleep(25);
      await mine.send(`${shop.charAt(0)}${n}`);
    }
  }
  say.step(`${shop} has sent ${count} orders and closes; ends still open: ${orders.statistics().openSendStreams}`);
}
