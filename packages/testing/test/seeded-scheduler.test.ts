import { describe, expect, it } from "vitest";
import { run } from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import { gather } from "@anyio/task-groups";
import { SeededScheduler } from "@anyio/testing";

/** The order in which so many tasks that are ready at once go on. */
async function orderOf(scheduler: SeededScheduler, tasks: number): Promise<number[]> {
  const order: number[] = [];
  const main = (): Promise<unknown> =>
    gather(Array.from({ length: tasks }, (_, n) => () => checkpoint().then(() => order.push(n))));
  await run(main, { signals: [], backend: { scheduler } });
  return order;
}

describe("SeededScheduler", () => {
  it("has tasks go on in an order that follows from the seed", async () => {
    const orders = await Promise.all(Array.from({ length: 50 }, (_, seed) => orderOf(new SeededScheduler(seed), 3)));

    expect(new Set(orders.map(String)).size).toBe(6);
    expect(await orderOf(new SeededScheduler(7), 3)).toEqual(orders[7]);
  });

  it("tells whether there was anything to choose from", async () => {
    const [alone, both] = [new SeededScheduler(0), new SeededScheduler(0)];
    await orderOf(alone, 1);
    await orderOf(both, 2);

    expect([alone.hasChosen, both.hasChosen]).toEqual([false, true]);
  });
});
