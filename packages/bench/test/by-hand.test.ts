import { describe, expect, it } from "vitest";
import { Channel } from "../src/contestants/by-hand/channel.js";
import { Semaphore } from "../src/contestants/by-hand/semaphore.js";
import type { Tools } from "../src/contestants/by-hand/tools.js";
import { tools as nativeBare } from "../src/contestants/native-bare/index.js";
import { tools as nativeLean } from "../src/contestants/native-lean/index.js";
import { tools as native } from "../src/contestants/native/index.js";

describe("by hand", () => {
  describe("native", () => {
    handsOverInOrder(native);
    leavesTheLine(native);
  });

  describe("native-lean", () => {
    handsOverInOrder(nativeLean);
    leavesTheLine(nativeLean);
  });

  describe("native-bare", () => {
    handsOverInOrder(nativeBare);
  });
});

function handsOverInOrder<S>(tools: Tools<S>): void {
  it("hands items over in order", () =>
    tools.withGroup(async ({ scope }) => {
      const channel = new Channel<S, number>(1, tools);

      const sent = [1, 2, 3].map((item) => channel.send(item, scope));
      const received = [1, 2, 3, 4].map(() => channel.receive(scope));
      await channel.send(4, scope);
      channel.close();
      await Promise.all(sent);

      expect(await Promise.all(received)).toEqual([1, 2, 3, 4]);
      expect(await channel.receive(scope)).toBeUndefined();
    }));

  it("gives a permit to whoever waits longest", () =>
    tools.withGroup(async ({ scope }) => {
      const semaphore = new Semaphore(2, tools);
      const events: number[] = [];

      const acquired = [1, 2, 3, 4].map((index) => semaphore.acquire(scope).then(() => events.push(index)));
      await Promise.all(acquired.slice(0, 2));
      semaphore.release();
      semaphore.release();
      await Promise.all(acquired);

      expect(events).toEqual([1, 2, 3, 4]);
    }));
}

function leavesTheLine<S>(tools: Tools<S>): void {
  it("takes whoever is cancelled out of the line", async () => {
    const channel = new Channel<S, number>(0, tools);
    const events: string[] = [];
    const receive = (name: string) => async (scope: S) => {
      events.push(`${name} ${await channel.receive(scope)}`);
    };

    await tools.withGroup(async (live) => {
      await tools.withGroup(async (cancelled) => {
        void cancelled.spawn(receive("cancelled"));
        void live.spawn(receive("live"));
        cancelled.cancel();
      });
      await channel.send(1, live.scope);
    });

    expect(events).toEqual(["live 1"]);
  });
}
