import { describe, expect, it } from "vitest";
import {
  BrokenResourceError,
  CancelledError,
  CancelScope,
  ClosedResourceError,
  dumpTasks,
  EndOfStreamError,
  moveOnAfter,
  run,
  waitAllTasksBlocked,
  WouldBlockError,
} from "@anyio/core";
import { createMemoryObjectStream, type MemoryObjectReceiveStream } from "@anyio/streams";
import { withTaskGroup } from "@anyio/task-groups";
import { caught, errorOf } from "#support/caught";
import { collectUntil } from "#support/collect";
import { skipExplored } from "#support/explored";
import { outside } from "#support/outside";
import { objectStreamContract } from "@anyio/testing";
import { turn } from "#support/turn";
import { unhandledRejectionsOf } from "#support/unhandled";
import { takeWarnings } from "#support/warnings";
import { mayLeak } from "#support/may-leak";

describe.each([0, 1, 3, Infinity])("createMemoryObjectStream(%d)", (maxBufferSize) => {
  for (const { name, run } of objectStreamContract(
    () => createMemoryObjectStream<number>(maxBufferSize),
    (n) => n,
  )) {
    it(name, run);
  }
});

describe("createMemoryObjectStream", () => {
  it.each([-1, 0.5, Number.NaN, -Infinity])("refuses a buffer of %d", (size) => {
    expect(() => createMemoryObjectStream(size)).toThrow(
      new RangeError(`maxBufferSize must be a whole number from 0 on, or Infinity, not ${size}`),
    );
  });

  it("refuses a buffer size that is no number", () => {
    expect(() => createMemoryObjectStream("3" as never)).toThrow(TypeError);
  });

  it("hands over without a buffer: a send lasts until somebody has the item", async () => {
    skipExplored("those who are woken go on in an order that the seed chooses");
    const [send, receive] = createMemoryObjectStream<string>();
    const events: string[] = [];
    const sending = send.send("item").then(() => events.push("sent"));
    await turn();
    events.push("receiving");

    events.push(await receive.receive());
    await sending;

    expect(events).toEqual(["receiving", "sent", "item"]);
  });

  it("lets senders wait while the buffer is full, and take their turns in order", async () => {
    skipExplored("those who are woken go on in an order that the seed chooses");
    const [send, receive] = createMemoryObjectStream<number>(2);
    const sent: number[] = [];
    const all = [1, 2, 3, 4].map((item) => send.send(item).then(() => sent.push(item)));
    await turn();
    const before = [...sent];

    const received = [await receive.receive(), await receive.receive()];
    await Promise.all(all);

    expect([before, received, sent]).toEqual([
      [1, 2],
      [1, 2],
      [1, 2, 3, 4],
    ]);
    expect([receive.receiveNowait(), receive.receiveNowait()]).toEqual([3, 4]);
  });

  it("never lets a sender wait where the buffer has no limit", async () => {
    const [send, receive] = createMemoryObjectStream<number>(Infinity);

    for (let i = 0; i < 5_000; i++) await send.send(i);

    expect(send.statistics()).toMatchObject({ currentBufferUsed: 5_000, maxBufferSize: Infinity });
    for (let i = 0; i < 5_000; i++) expect(receive.receiveNowait()).toBe(i);
  });

  it("gives items to those who wait in the order in which they came", async () => {
    const [send, receive] = createMemoryObjectStream<number>();
    const other = receive.clone();
    const all = [receive.receive(), other.receive(), receive.receive()];

    for (const item of [1, 2, 3]) send.sendNowait(item);

    expect(await Promise.all(all)).toEqual([1, 2, 3]);
  });

  it("hands over undefined like any other item", async () => {
    const [send, receive] = createMemoryObjectStream<undefined>(1);
    await send.send(undefined);
    const received = [await receive.receive()];
    const waiting = send.send(undefined);
    const next = send.send(undefined);

    received.push(await receive.receive(), await receive.receive());
    await Promise.all([waiting, next]);

    expect(received).toEqual([undefined, undefined, undefined]);
  });

  it("awaits an item that is a thenable, which receiveNowait and iteration hand over as it is", async () => {
    const [send, receive] = createMemoryObjectStream<Promise<string>>(3);
    const item = Promise.resolve("awaited");
    for (let i = 0; i < 3; i++) send.sendNowait(item);

    const received = await receive.receive();
    const plain = receive.receiveNowait();
    const { value } = await receive[Symbol.asyncIterator]().next();

    expect([received, plain === item, value === item]).toEqual(["awaited", true, true]);
  });

  it("shares one stream among several producers and consumers", async () => {
    const [send, receive] = createMemoryObjectStream<number>(5);
    const received: number[] = [];

    await withTaskGroup((tg) => {
      for (let producer = 0; producer < 10; producer++) {
        const own = send.clone();
        tg.startSoon(async () => {
          for (let i = 0; i < 100; i++) await own.send(producer * 100 + i);
          own.close();
        });
      }
      send.close();
      for (let consumer = 0; consumer < 7; consumer++) {
        const own = receive.clone();
        tg.startSoon(async () => {
          for await (const item of own) received.push(item);
          own.close();
        });
      }
      receive.close();
    });

    expect(received.length).toBe(1_000);
    expect(new Set(received).size).toBe(1_000);
  });

  it("works outside run, and from two branches of one Promise.all", async () => {
    const [send, receive] = createMemoryObjectStream<string>();

    const [, , a, b] = await outside(() =>
      Promise.all([send.send("a"), send.send("b"), receive.receive(), receive.receive()]),
    );

    expect([a, b]).toEqual(["a", "b"]);
  });
});

describe("MemoryObjectSendStream", () => {
  it("sends without waiting where there is room or somebody waits", async () => {
    const [send, receive] = createMemoryObjectStream<number>(1);
    const waiting = receive.receive();

    send.sendNowait(1);
    send.sendNowait(2);

    expect(() => send.sendNowait(3)).toThrow(WouldBlockError);
    expect([await waiting, receive.receiveNowait()]).toEqual([1, 2]);
  });

  it("withdraws the item of a send that is cancelled", async () => {
    const [send, receive] = createMemoryObjectStream<number>();
    const scope = new CancelScope();
    const cancelled = scope.run(() => send.send(1));
    const other = send.send(2);

    scope.cancel();
    await cancelled;

    expect([await receive.receive(), send.statistics().tasksWaitingSend]).toEqual([2, 0]);
    await other;
  });

  it("has sent an item that was taken in the tick of the cancellation, and not before it", async () => {
    const [send, receive] = createMemoryObjectStream<string>();
    const outcomes: string[] = [];
    const scope = new CancelScope();
    const sending = scope.run(() =>
      Promise.all(
        ["taken", "withdrawn"].map((item) =>
          send.send(item).then(
            () => outcomes.push(`${item}: sent`),
            (error: unknown) => outcomes.push(`${item}: ${(error as Error).constructor.name}`),
          ),
        ),
      ),
    );

    const item = receive.receiveNowait();
    scope.cancel();
    await sending;

    expect([item, ...outcomes.toSorted()]).toEqual(["taken", "taken: sent", "withdrawn: CancelledError"]);
    expect(() => receive.receiveNowait()).toThrow(WouldBlockError);
  });

  it("tells whoever waits that the last receiving end is gone, and withdraws the items", async () => {
    const [send, receive] = createMemoryObjectStream<number>();
    const other = receive.clone();
    const all = [1, 2].map((item) => errorOf(send.send(item)));

    receive.close();
    await turn();
    const waiting = send.statistics().tasksWaitingSend;
    other.close();
    const errors = await Promise.all(all);

    expect(waiting).toBe(2);
    expect(errors.every((error) => error instanceof BrokenResourceError)).toBe(true);
    expect(errors[0]).not.toBe(errors[1]);
    expect(() => send.sendNowait(3)).toThrow(BrokenResourceError);
  });

  it("fails the sends that wait in it as it is closed, and no clone's", async () => {
    const [send, receive] = createMemoryObjectStream<string>();
    const clone = send.clone();
    const first = errorOf(send.send("first"));
    const second = clone.send("second");
    const third = errorOf(send.send("third"));

    send.close();

    expect([await first, await third].map((error) => error instanceof ClosedResourceError)).toEqual([true, true]);
    expect(await receive.receive()).toBe("second");
    await second;
  });

  it("keeps the stream open until its last clone is closed", async () => {
    const [send, receive] = createMemoryObjectStream<string>(1);
    const clone = send.clone();
    send.close();

    await clone.send("last");
    clone.close();

    expect(await receive.receive()).toBe("last");
    await caught(receive.receive(), EndOfStreamError);
  });

  it("refuses what is closed", async () => {
    const [send] = createMemoryObjectStream<number>(1);
    send.close();

    await caught(send.send(1), ClosedResourceError);
    expect(() => send.sendNowait(1)).toThrow(ClosedResourceError);
    expect(() => send.clone()).toThrow(ClosedResourceError);
  });

  it("rejects for the cancellation, not for being closed, in a cancelled scope", async () => {
    const [send] = createMemoryObjectStream<number>();
    send.close();
    let error: unknown;

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      error = await errorOf(send.send(1));
    });

    expect(error).toBeInstanceOf(CancelledError);
  });

  it("is closed by disposing of it", async () => {
    const [send, receive] = createMemoryObjectStream<number>();
    send[Symbol.dispose]();

    await caught(receive.receive(), EndOfStreamError);
  });
});

describe("MemoryObjectReceiveStream", () => {
  it("receives without waiting where there is an item", async () => {
    const [send, receive] = createMemoryObjectStream<number>(1);
    await send.send(1);
    const waiting = send.send(2);

    expect([receive.receiveNowait(), receive.receiveNowait()]).toEqual([1, 2]);
    expect(() => receive.receiveNowait()).toThrow(WouldBlockError);
    await waiting;
    send.close();
    expect(() => receive.receiveNowait()).toThrow(EndOfStreamError);
  });

  it("keeps an item that was handed over in the tick of the cancellation", async () => {
    const [send, receive] = createMemoryObjectStream<string>();
    const received: unknown[] = [];
    const scope = new CancelScope();
    const receiving = scope.run(async () => received.push(await receive.receive()));

    send.sendNowait("item");
    scope.cancel();
    await receiving;

    expect(received).toEqual(["item"]);
  });

  it("gives an item to the next in line where the first is cancelled before it", async () => {
    const [send, receive] = createMemoryObjectStream<string>();
    const scope = new CancelScope();
    const first = scope.run(() => receive.receive());
    const second = receive.receive();

    scope.cancel();
    send.sendNowait("item");

    expect([await first, await second]).toEqual([undefined, "item"]);
  });

  it("loses no item to a wait whose time is up", async () => {
    const [send, receive] = createMemoryObjectStream<string>();

    const nothing = await moveOnAfter(5, () => receive.receive());
    const [item] = await Promise.all([receive.receive(), send.send("item")]);

    expect([nothing, item]).toEqual([undefined, "item"]);
  });

  it("loses no item to the loser of a Promise.race that was left behind", mayLeak, async () => {
    const [send, receive] = createMemoryObjectStream<string>();

    await new CancelScope().run(() => Promise.race([receive.receive(), Promise.resolve("quick")]));
    const [item] = await Promise.all([receive.receive(), send.send("item")]);

    expect(item).toBe("item");
  });

  it("fails those who wait in it as it is closed, and no clone's", async () => {
    const [send, receive] = createMemoryObjectStream<string>();
    const clone = receive.clone();
    const first = errorOf(receive.receive());
    const second = clone.receive();
    const third = errorOf(receive[Symbol.asyncIterator]().next());

    receive.close();
    await send.send("item");

    expect([await first, await third].map((error) => error instanceof ClosedResourceError)).toEqual([true, true]);
    expect(await second).toBe("item");
  });

  it("gives what is in the buffer to whoever receives after the end", async () => {
    const [send, receive] = createMemoryObjectStream<number>(3);
    for (const item of [1, 2, 3]) await send.send(item);
    send.close();

    const received: number[] = [];
    for await (const item of receive) received.push(item);

    expect(received).toEqual([1, 2, 3]);
  });

  it("ends for everybody who waits, each in its own way", async () => {
    const [send, receive] = createMemoryObjectStream<number>();
    const first = errorOf(receive.receive());
    const iterated = receive[Symbol.asyncIterator]().next();
    const second = errorOf(receive.receive());

    send.close();
    const errors = await Promise.all([first, second]);

    expect(errors.map((error) => error instanceof EndOfStreamError)).toEqual([true, true]);
    expect(errors[0]).not.toBe(errors[1]);
    expect(await iterated).toEqual({ value: undefined, done: true });
  });

  it("drops what is in the buffer as its last clone is closed", async () => {
    const [send, receive] = createMemoryObjectStream<number>(3);
    await send.send(1);

    receive.close();

    expect(send.statistics()).toMatchObject({ currentBufferUsed: 0, openReceiveStreams: 0 });
  });

  it("refuses what is closed", async () => {
    const [send, receive] = createMemoryObjectStream<number>(1);
    send.sendNowait(1);
    receive.close();

    await caught(receive.receive(), ClosedResourceError);
    expect(() => receive.receiveNowait()).toThrow(ClosedResourceError);
    expect(() => receive.clone()).toThrow(ClosedResourceError);
    await caught(receive[Symbol.asyncIterator]().next(), ClosedResourceError);
  });
});

describe("iteration over a MemoryObjectReceiveStream", () => {
  it("ends several steps that wait at once when it is told to return", async () => {
    const [send, receive] = createMemoryObjectStream<number>(1);
    const iterator = receive[Symbol.asyncIterator]();
    const steps = [iterator.next(), iterator.next()];
    const other = receive.receive();

    await iterator.return?.();
    send.sendNowait(1);

    expect(await Promise.all(steps)).toEqual([
      { value: undefined, done: true },
      { value: undefined, done: true },
    ]);
    expect(await other).toBe(1);
  });

  it("ends its pending step when it is told to throw, and throws what it was told", async () => {
    const [, receive] = createMemoryObjectStream<number>();
    const iterator = receive[Symbol.asyncIterator]();
    const step = iterator.next();
    const failure = new RangeError("enough");

    const thrown = await errorOf(iterator.throw?.(failure) ?? Promise.resolve());

    expect([thrown, await step]).toEqual([failure, { value: undefined, done: true }]);
  });

  it("is cancelled like a receive", async () => {
    const [send, receive] = createMemoryObjectStream<number>();
    const iterator = receive[Symbol.asyncIterator]();

    const nothing = await moveOnAfter(5, () => iterator.next());
    const [step] = await Promise.all([iterator.next(), send.send(1)]);

    expect([nothing, step]).toEqual([undefined, { value: 1, done: false }]);
  });

  it("stays at its end", async () => {
    const [send, receive] = createMemoryObjectStream<number>(1);
    const iterator = receive[Symbol.asyncIterator]();
    await send.send(1);
    send.close();

    const steps = [await iterator.next(), await iterator.next(), await iterator.next()];

    expect(steps.map(({ done }) => done)).toEqual([false, true, true]);
  });
});

describe("statistics of a memory object stream", () => {
  it("tells of buffer, ends and waiters, the same at both ends", async () => {
    const [send, receive] = createMemoryObjectStream<number>(1);
    const clone = receive.clone();
    const all = [send.send(1), send.send(2), send.send(3)];

    const statistics = send.statistics();

    expect(statistics).toEqual({
      currentBufferUsed: 1,
      maxBufferSize: 1,
      openSendStreams: 1,
      openReceiveStreams: 2,
      tasksWaitingSend: 2,
      tasksWaitingReceive: 0,
    });
    expect(receive.statistics()).toEqual(statistics);
    for (let i = 0; i < 3; i++) clone.receiveNowait();
    await Promise.all(all);
  });

  it("counts who waits to receive", async () => {
    const [send, receive] = createMemoryObjectStream<number>();
    const all = [receive.receive(), receive.receive()];

    expect(send.statistics().tasksWaitingReceive).toBe(2);
    send.sendNowait(1);
    send.sendNowait(2);
    await Promise.all(all);
  });
});

describe("a memory object stream", () => {
  it("says in a task dump what its users wait for", async () => {
    const [send] = createMemoryObjectStream<number>();
    const [, receive] = createMemoryObjectStream<number>(0, { name: "orders" });

    const dump = await run(() =>
      withTaskGroup(async (tg) => {
        tg.startSoon(() => send.send(1), { name: "producer" });
        tg.startSoon(() => receive.receive(), { name: "consumer" });
        await waitAllTasksBlocked();
        const text = dumpTasks();
        tg.cancel();
        return text;
      }),
    );

    expect(dump).toMatch(/producer #\d+, .*waiting for room in a memory object stream/);
    expect(dump).toMatch(/consumer #\d+, .*waiting for an item of memory object stream "orders"/);
  });

  it("rejects no promise unhandled where cancelled waits are awaited by nobody", mayLeak, async () => {
    const unhandled = await unhandledRejectionsOf(async () => {
      const [send, receive] = createMemoryObjectStream<number>();
      await new CancelScope().run(async () => {
        void receive.receive();
        void receive[Symbol.asyncIterator]().next();
      });
      await new CancelScope().run(async () => {
        void send.send(1);
      });
    });

    expect(unhandled).toEqual([]);
  });

  it("takes time in proportion to those who wait", mayLeak, async () => {
    skipExplored("so many under so many schedules take minutes");
    // A list that is searched, or an array that is shifted, would take minutes for these.
    const count = 100_000;
    const [send, receive] = createMemoryObjectStream<number>();
    const sending = Promise.all(Array.from({ length: count }, (_, i) => send.send(i)));
    let sum = 0;
    for (let i = 0; i < count; i++) sum += await receive.receive();
    await sending;

    const scope = new CancelScope();
    const cancelled = scope.run(() => Promise.all(Array.from({ length: count }, () => receive.receive())));
    scope.cancel();
    await cancelled;

    expect([sum, receive.statistics().tasksWaitingReceive]).toEqual([(count * (count - 1)) / 2, 0]);
  });

  // What takes a tenth of a second in linear time takes half a minute where each clone that is closed looks at all who wait.
  it("takes time in proportion to its clones", { ...mayLeak, timeout: 15_000 }, async () => {
    skipExplored("so many under so many schedules take minutes");
    const [send, receive] = createMemoryObjectStream<number>();
    const count = 50_000;
    const sending = Array.from({ length: count }, async (_, i) => {
      using own = send.clone();
      await own.send(i);
    });
    for (let i = 0; i < count; i++) await receive.receive();
    await Promise.all(sending);

    const receiving = Array.from({ length: count }, async () => {
      using own = receive.clone();
      for await (const _ of own) break;
    });
    for (let i = 0; i < count; i++) await send.send(i);
    await Promise.all(receiving);

    expect(send.statistics()).toMatchObject({ openSendStreams: 1, openReceiveStreams: 1, tasksWaitingSend: 0 });
  });

  it("takes time in proportion to its buffer", async () => {
    skipExplored("so many under so many schedules take minutes");
    const count = 1_000_000;
    const [send, receive]: [{ sendNowait(n: number): void }, MemoryObjectReceiveStream<number>] =
      createMemoryObjectStream<number>(Infinity);
    let sum = 0;

    for (let i = 0; i < count; i++) send.sendNowait(i);
    for (let i = 0; i < count; i++) sum += receive.receiveNowait();

    expect(sum).toBe((count * (count - 1)) / 2);
  });
});

describe("an end of a memory object stream that is forgotten", () => {
  it("gives a warning in debug mode, with where it was made", async () => {
    skipExplored("what is collected does not follow from a schedule");
    const warnings = await run(
      async () => {
        const isCollected = forgetStream();
        const all: Error[] = [];
        await collectUntil(async () => {
          all.push(...(await takeWarnings()));
          return isCollected() && all.length > 0;
        });
        return all;
      },
      { debug: true, signals: [] },
    );

    expect(warnings).toMatchObject([
      {
        code: "ANYIO_UNCLOSED",
        message: expect.stringMatching(/^the receiving end of a memory object stream was collected/),
        detail: expect.stringContaining("memory-object-stream.test"),
      },
    ]);
  });
});

/** Makes a stream that nobody keeps, one end of it closed; tells whether the other has been collected. */
function forgetStream(): () => boolean {
  const [send, receive] = createMemoryObjectStream<number>();
  send.close();
  const reference = new WeakRef(receive);
  return () => reference.deref() === undefined;
}
