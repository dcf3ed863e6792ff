import { describe, expect, it } from "vitest";
import { type Pool, pooled } from "../src/contestants/pooled.js";

describe("pooled", () => {
  it("shares the calls out among the threads, and adds up what each has counted to", async () => {
    const pool = new HerePool();

    const session = await pooled(() => pool).roundTrips?.(2);
    const counted = await session?.repeat(5);
    await session?.close();

    expect(counted).toBe(5);
    expect(pool.events).toEqual(["increment 0", "increment 0", "increment 1", "increment 1", "increment 2", "closed"]);
  });

  it("has the first call's result told before it ends the threads", async () => {
    const pool = new HerePool();

    await pooled(() => pool).firstCall?.((sum) => pool.events.push(`answered ${sum}`));

    expect(pool.events).toEqual(["increment 0", "answered 1", "closed"]);
  });
});

/** One that has no threads. */
class HerePool implements Pool {
  readonly events: string[] = [];

  async call(name: string, arg: number): Promise<number> {
    this.events.push(`${name} ${arg}`);
    return arg + 1;
  }

  async pass(_how: string, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    return bytes;
  }

  async close(): Promise<void> {
    this.events.push("closed");
  }
}
