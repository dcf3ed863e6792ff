import { describe, expect, it } from "vitest";
import { Event, Lock, Semaphore } from "@anyio/sync";
import { createMemoryObjectStream } from "@anyio/streams";
import {
  byteStreamContract,
  type ContractCase,
  listenerContract,
  type LockLike,
  lockLikeContract,
  objectStreamContract,
} from "@anyio/testing";
import { virtually } from "./support/virtually.js";
import { type Flaw, MemoryListener, memoryPair } from "./support/memory-listener.js";
import { mayLeak } from "#support/may-leak";

/** The promises that are not kept. */
async function broken(cases: readonly ContractCase[]): Promise<string[]> {
  const names: string[] = [];
  for (const { name, run } of cases) await run().catch(() => names.push(name));
  return names;
}

describe("lockLikeContract", () => {
  for (const { name, run, leavesBehind } of lockLikeContract(() => new Lock())) {
    it(name, leavesBehind ? mayLeak : {}, run);
  }

  it("notices what lets in two at once", async () => {
    const names = await broken(lockLikeContract(() => new Semaphore(2)).slice(0, 4));

    expect(names).toContain("keeps others out until the lease is disposed of");
    expect(names).toContain("takes without waiting only what is free");
  });

  it("notices what takes a lock in a cancelled scope", async () => {
    const make = (): LockLike => {
      const lock = new Lock();
      return {
        acquire: async () => lock.acquireNowait(),
        acquireNowait: () => lock.acquireNowait(),
        run: (fn) => lock.run(fn),
      };
    };
    const cases = lockLikeContract(make).filter(({ name }) => name.includes("was cancelled before"));

    expect(await broken(cases)).toContain("is not taken by who was cancelled before");
  });
});

describe("byteStreamContract", () => {
  for (const { name, run } of byteStreamContract(async () => memoryPair())) it(name, run);

  it("notices a stream that takes any maxBytes", async () => {
    const cases = byteStreamContract(async () => {
      const [a, b] = memoryPair();
      a.receive = async () => new Uint8Array(0);
      return [a, b];
    });
    const [first = "none"] = await broken(cases.filter(({ name }) => name.includes("maxBytes that is")));

    expect(first).toBe("refuses a maxBytes that is no positive integer");
  });
});

describe("objectStreamContract", () => {
  const cases = objectStreamContract(
    () => createMemoryObjectStream<{ n: number }>(),
    (n) => ({ n }),
  );
  for (const { name, run } of cases) it(name, run);

  it("notices a stream that reverses", async () => {
    const reversing = objectStreamContract(
      () => {
        const [send, receive] = createMemoryObjectStream<number>(Infinity);
        const items: number[] = [];
        const done = new Event();
        send.send = async (item) => {
          items.unshift(item);
          if (items.length === 5) done.set();
        };
        receive.receive = async () => {
          await done.wait();
          return items.shift() ?? -1;
        };
        return [send, receive];
      },
      (n) => n,
    );

    const names = await broken(reversing.slice(0, 1));
    expect(names).toEqual(["hands over items in order"]);
  });
});

describe("listenerContract", () => {
  const make = (flaw?: Flaw) => async () => {
    const listener = new MemoryListener(flaw);
    return { listener, connect: listener.connect };
  };
  for (const { name, run } of listenerContract(make())) it(name, run);

  it.each<[Flaw, string]>([
    ["ignores its status", "tells its status, once it accepts, what it is"],
    ["serves twice", "serves once at a time"],
    ["closes no stream", "hands the error of a handler, and its stream, to onError, closes the stream, and goes on"],
  ])("notices a listener that %s", mayLeak, async (flaw, name) => {
    const cases = listenerContract(make(flaw)).filter((each) => each.name === name);

    // Who waits for what never comes is given up after a while.
    const names = await virtually(() => broken(cases));

    expect(names).toEqual([name]);
  });
});
