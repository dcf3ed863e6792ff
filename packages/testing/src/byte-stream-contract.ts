import assert from "node:assert/strict";
import {
  BrokenResourceError,
  BusyResourceError,
  CancelledError,
  CancelScope,
  ClosedResourceError,
  EndOfStreamError,
  failAfter,
  forceClose,
  waitAllTasksBlocked,
} from "@anyio/core";
import type { ContractCase } from "./contract-case.js";
import { inCancelledScope, isA, outcomeOf } from "./internal/proof.js";

/** A two-way stream of bytes; those of `@anyio/streams` are, and others need not extend them. */
export interface ByteStreamLike extends ByteSource, AsyncDisposable {
  send(bytes: Uint8Array): Promise<void>;
  sendEof(): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined>;
}

/**
 * What every two-way stream of bytes does. It tells nothing of how many bytes are on their way at once: a `send` in it never
 * counts on being complete before its bytes are received.
 *
 * @param makePair makes two streams for each case, each of which receives what goes into the other
 * @example
 * const makePair = async (): Promise<[ByteStream, ByteStream]> => {
 *   const [there, back] = [new TransformStream<Uint8Array, Uint8Array>(), new TransformStream<Uint8Array, Uint8Array>()];
 *   const end = (into: WritableStream<Uint8Array>, from: ReadableStream<Uint8Array>) =>
 *     new StapledByteStream(fromWebWritable(into), fromWebReadable(from));
 *   return [end(there.writable, back.readable), end(back.writable, there.readable)];
 * };
 * const broken: string[] = [];
 * for (const { name, run } of byteStreamContract(makePair)) await run().catch(() => broken.push(name));
 * broken; // => []
 */
export function byteStreamContract(makePair: () => Promise<[ByteStreamLike, ByteStreamLike]>): ContractCase[] {
  const withPair = (fn: (a: ByteStreamLike, b: ByteStreamLike) => Promise<void>) => async () => {
    const [a, b] = await makePair();
    try {
      await failAfter(TIME_LIMIT, () => fn(a, b), { reason: "the case" });
    } finally {
      await forceClose(a);
      await forceClose(b);
    }
  };

  return [
    {
      name: "hands over bytes in order, in both directions",
      run: withPair(async (a, b) => {
        const [there, back] = [noise(100_000, 1), noise(70_000, 2)];

        const [toB, toA] = await Promise.all([
          receiveAll(b),
          receiveAll(a),
          sendIn(a, there, 7_001).then(() => a.sendEof()),
          sendIn(b, back, 333).then(() => b.sendEof()),
        ]);

        assert.ok(same(toB, there), "one way");
        assert.ok(same(toA, back), "the other way");
      }),
    },
    {
      name: "waits for bytes, and hands over those there are",
      run: withPair(async (a, b) => {
        const events: string[] = [];
        const receiving = b.receive().then((bytes) => (events.push("received"), bytes));

        await waitAllTasksBlocked();
        events.push("sending");
        const [bytes] = await Promise.all([receiving, a.send(Uint8Array.of(1, 2, 3))]);

        assert.deepEqual(events, ["sending", "received"]);
        assert.deepEqual([...bytes], [1, 2, 3]);
      }),
    },
    {
      name: "hands over one byte at least, and maxBytes at most",
      run: withPair(async (a, b) => {
        const all = noise(1_000, 3);
        const sending = a.send(all).then(() => a.sendEof());

        const sizes: number[] = [];
        const received = await receiveAll(b, 64, sizes);
        await sending;

        assert.ok(same(received, all));
        assert.ok(
          sizes.every((size) => size >= 1 && size <= 64),
          `sizes are ${String(sizes)}`,
        );
      }),
    },
    {
      name: "sends nothing where there are no bytes",
      run: withPair(async (a, b) => {
        await a.send(new Uint8Array(0));
        const [bytes] = await Promise.all([b.receive(), a.send(Uint8Array.of(1))]);

        assert.deepEqual([...bytes], [1]);
      }),
    },
    {
      name: "refuses a maxBytes that is no positive integer",
      run: withPair(async (a) => {
        for (const maxBytes of [0, -1, 1.5, Number.NaN, Infinity]) {
          await assert.rejects(a.receive(maxBytes), isA(RangeError), String(maxBytes));
        }
      }),
    },
    {
      name: "ends when the other side has sent its end, and stays at its end",
      run: withPair(async (a, b) => {
        const sending = a.send(Uint8Array.of(1)).then(() => a.sendEof());

        const bytes = await b.receive();
        await sending;

        assert.deepEqual([...bytes], [1]);
        await assert.rejects(b.receive(), isA(EndOfStreamError));
        await assert.rejects(b.receive(), isA(EndOfStreamError));
      }),
    },
    {
      name: "ends for whoever waits to receive",
      run: withPair(async (a, b) => {
        const receiving = outcomeOf(b.receive());

        await waitAllTasksBlocked();
        await a.sendEof();

        assert.ok((await receiving) instanceof EndOfStreamError);
      }),
    },
    {
      name: "goes on receiving after it has sent its end",
      run: withPair(async (a, b) => {
        await a.sendEof();
        const answering = b.send(Uint8Array.of(1, 2)).then(() => b.sendEof());

        const answer = await receiveAll(a);
        await answering;

        assert.deepEqual([...answer], [1, 2]);
      }),
    },
    {
      name: "refuses to send after its end",
      run: withPair(async (a) => {
        await a.sendEof();

        await assert.rejects(a.send(Uint8Array.of(1)), isA(ClosedResourceError));
      }),
    },
    {
      name: "refuses what is closed",
      run: withPair(async (a) => {
        await a.close();

        await assert.rejects(a.send(Uint8Array.of(1)), isA(ClosedResourceError));
        await assert.rejects(a.receive(), isA(ClosedResourceError));
      }),
    },
    {
      name: "fails whoever waits to receive as it is closed",
      run: withPair(async (a) => {
        const receiving = outcomeOf(a.receive());

        await waitAllTasksBlocked();
        await a.close();

        assert.ok((await receiving) instanceof ClosedResourceError);
      }),
    },
    {
      name: "fails whoever waits to send as it is closed",
      run: withPair(async (a) => {
        const sending = outcomeOf(sendUntilItFails(a));

        await settle();
        await forceClose(a);

        assert.ok((await sending) instanceof ClosedResourceError);
      }),
    },
    {
      name: "tells a sender that the other side is gone",
      run: withPair(async (a, b) => {
        await forceClose(b);

        await assert.rejects(sendUntilItFails(a), isA(BrokenResourceError));
      }),
    },
    {
      name: "does not leave a receiver waiting for a side that is gone",
      run: withPair(async (a, b) => {
        const receiving = outcomeOf(a.receive());

        await waitAllTasksBlocked();
        await forceClose(b);

        const outcome = await receiving;
        assert.ok(outcome instanceof EndOfStreamError || outcome instanceof BrokenResourceError, String(outcome));
      }),
    },
    {
      name: "lets one receive at a time",
      run: withPair(async (a, b) => {
        const first = b.receive();

        await waitAllTasksBlocked();
        await assert.rejects(b.receive(), isA(BusyResourceError));
        const [bytes] = await Promise.all([first, a.send(Uint8Array.of(1))]);

        assert.deepEqual([...bytes], [1], "and the first is none the worse");
      }),
    },
    {
      name: "lets one send at a time",
      run: withPair(async (a, b) => {
        const first = outcomeOf(sendUntilItFails(a));

        await settle();
        await assert.rejects(a.send(Uint8Array.of(1)), isA(BusyResourceError));
        await forceClose(b);

        assert.ok((await first) instanceof BrokenResourceError, "and the first waits on");
      }),
    },
    {
      name: "refuses in a cancelled scope, and loses nothing by it",
      run: withPair(async (a, b) => {
        const outcomes = await inCancelledScope(async () => [
          await outcomeOf(a.send(Uint8Array.of(1))),
          await outcomeOf(b.receive()),
        ]);

        const [bytes] = await Promise.all([b.receive(), a.send(Uint8Array.of(2))]);
        assert.deepEqual(
          outcomes.map((outcome) => outcome instanceof CancelledError),
          [true, true],
        );
        assert.deepEqual([...bytes], [2]);
      }),
    },
    {
      name: "loses no byte to receives that are cancelled",
      run: withPair(async (a, b) => {
        const all = noise(20_000, 4);
        const sending = sendIn(a, all, 501).then(() => a.sendEof());

        const received: Uint8Array[] = [];
        for (let i = 0, outcome: unknown; !(outcome instanceof EndOfStreamError); i++) {
          const scope = new CancelScope();
          const receiving = outcomeOf(scope.run(() => b.receive(100)));
          // Before, as, and after bytes come.
          for (let j = 0; j < i % 7; j++) await Promise.resolve();
          if (i % 3 !== 0) scope.cancel();
          outcome = await receiving;
          if (outcome instanceof Error) assert.ok(outcome instanceof EndOfStreamError, String(outcome));
          else if (outcome !== undefined) received.push(outcome as Uint8Array);
        }
        await sending;

        assert.ok(same(concat(received), all));
      }),
    },
    {
      name: "sends the bytes of a send that is cancelled while it waits, in order",
      run: withPair(async (a, b) => {
        const piece = noise(100_000, 5);
        const scope = new CancelScope();
        let sends = 0;
        const cancelled = scope.run(async () => {
          for (; sends < MOST_SENDS; sends++) await a.send(piece);
        });

        await settle();
        scope.cancel();
        await cancelled;
        const last = a.send(Uint8Array.of(1, 2, 3)).then(() => a.sendEof());
        const received = await receiveAll(b);
        await last;

        assert.ok(sends < MOST_SENDS, "a send waits where nobody receives");
        const sent = Array.from({ length: sends + 1 }, () => piece);
        assert.ok(
          same(received, concat([...sent, Uint8Array.of(1, 2, 3)])),
          `${received.length} bytes of ${sends} sends`,
        );
      }),
    },
    {
      name: "is iterated over to its end, and left open by a loop that is left",
      run: withPair(async (a, b) => {
        const all = noise(5_000, 6);
        const sending = sendIn(a, all, 100).then(() => a.sendEof());
        const received: Uint8Array[] = [];

        for await (const bytes of b) {
          received.push(bytes);
          break;
        }
        for await (const bytes of b) received.push(bytes);
        await sending;

        assert.ok(same(concat(received), all));
      }),
    },
    {
      name: "settles a pending next() when its iterator is told to return, and loses nothing by it",
      run: withPair(async (a, b) => {
        const iterator = b[Symbol.asyncIterator]();
        const pending = iterator.next();
        await waitAllTasksBlocked();

        const returned = await iterator.return?.();

        assert.deepEqual(returned, { value: undefined, done: true });
        assert.deepEqual(await pending, { value: undefined, done: true });
        assert.deepEqual(await iterator.next(), { value: undefined, done: true });
        const [bytes] = await Promise.all([b.receive(), a.send(Uint8Array.of(1))]);
        assert.deepEqual([...bytes], [1]);
      }),
    },
    {
      name: "is closed more than once without harm",
      run: withPair(async (a) => {
        await a.close();
        await a.close();
        await a[Symbol.asyncDispose]();
      }),
    },
    {
      name: "is closed in a cancelled scope, without waiting for the other side",
      run: withPair(async (a, b) => {
        const sending = outcomeOf(sendUntilItFails(a));
        await settle();

        await inCancelledScope(() => a.close());

        assert.ok((await sending) instanceof ClosedResourceError);
        await assert.rejects(a.receive(), isA(ClosedResourceError));
        await assert.rejects(sendUntilItFails(b), isA(BrokenResourceError));
      }),
    },
  ];
}

interface ByteSource {
  receive(maxBytes?: number): Promise<Uint8Array>;
}

const TIME_LIMIT = 10_000;
const MOST_SENDS = 1_000;
const TURNS = 10;

/** Waits until what is on its way has come as far as it can: it may be on its way through the system. */
async function settle(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await waitAllTasksBlocked();
}

/** Sends much, to a side that does not receive, until that fails. */
async function sendUntilItFails(stream: ByteStreamLike): Promise<void> {
  const piece = new Uint8Array(100_000);
  for (let i = 0; i < MOST_SENDS; i++) await stream.send(piece);
}

async function sendIn(stream: ByteStreamLike, bytes: Uint8Array, size: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += size) await stream.send(bytes.slice(at, at + size));
}

async function receiveAll(stream: ByteSource, maxBytes?: number, sizes: number[] = []): Promise<Uint8Array> {
  const received: Uint8Array[] = [];
  try {
    for (;;) {
      const bytes = await stream.receive(maxBytes);
      received.push(bytes);
      sizes.push(bytes.length);
    }
  } catch (error) {
    if (!(error instanceof EndOfStreamError)) throw error;
  }
  return concat(received);
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

/** Bytes that look random, and are the same for the same seed. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    return state >>> 16;
  });
}
