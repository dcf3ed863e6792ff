import assert from "node:assert/strict";
import {
  BrokenResourceError,
  CancelledError,
  CancelScope,
  ClosedResourceError,
  EndOfStreamError,
  waitAllTasksBlocked,
} from "@anyio/core";
import type { ContractCase } from "./contract-case.js";
import { inCancelledScope, isA, outcomeOf } from "./internal/proof.js";

/** Something that objects go into; those of `@anyio/streams` are, and others need not extend them. */
export interface ObjectSendStreamLike<T> extends AsyncDisposable {
  send(item: T): Promise<void>;
  close(): void | Promise<void>;
}

/** Something that objects come from. */
export interface ObjectReceiveStreamLike<T> extends AsyncDisposable {
  receive(): Promise<T>;
  close(): void | Promise<void>;
  [Symbol.asyncIterator](): AsyncIterator<T, undefined>;
}

/** What goes into the first comes out of the second. */
export type ObjectStreamPair<T> = readonly [ObjectSendStreamLike<T>, ObjectReceiveStreamLike<T>];

/**
 * What every stream of objects does. It tells nothing of how many items a stream buffers, so a `send` in it never counts
 * on being complete before the item is received.
 *
 * @param makePair makes a new stream for each case
 * @param itemOf makes items that differ for different numbers, and are deeply equal for equal ones
 * @example
 * const cases = objectStreamContract(
 *   () => createMemoryObjectStream<number>(),
 *   (n) => n,
 * );
 * const broken: string[] = [];
 * for (const { name, run } of cases) await run().catch(() => broken.push(name));
 * broken; // => []
 */
export function objectStreamContract<T>(
  makePair: () => ObjectStreamPair<T> | Promise<ObjectStreamPair<T>>,
  itemOf: (n: number) => T,
): ContractCase[] {
  const withPair =
    (fn: (send: ObjectSendStreamLike<T>, receive: ObjectReceiveStreamLike<T>) => Promise<void>) => async () => {
      const [send, receive] = await makePair();
      try {
        await fn(send, receive);
      } finally {
        await send.close();
        await receive.close();
      }
    };
  const items = (...numbers: number[]): T[] => numbers.map(itemOf);

  return [
    {
      name: "hands over items in order",
      run: withPair(async (send, receive) => {
        const received: T[] = [];

        await Promise.all([
          sendAll(send, items(1, 2, 3, 4, 5)),
          (async () => {
            while (received.length < 5) received.push(await receive.receive());
          })(),
        ]);

        assert.deepEqual(received, items(1, 2, 3, 4, 5));
      }),
    },
    {
      name: "waits for an item",
      run: withPair(async (send, receive) => {
        const events: string[] = [];
        const receiving = receive.receive().then((item) => (events.push("received"), item));

        await waitAllTasksBlocked();
        events.push("sending");
        const [item] = await Promise.all([receiving, send.send(itemOf(1))]);

        assert.deepEqual(events, ["sending", "received"]);
        assert.deepEqual(item, itemOf(1));
      }),
    },
    {
      name: "ends when the sending end is closed and all was received",
      run: withPair(async (send, receive) => {
        const sending = sendAll(send, items(1, 2)).then(() => send.close());

        const received = [await receive.receive(), await receive.receive()];
        await sending;

        assert.deepEqual(received, items(1, 2));
        await assert.rejects(receive.receive(), isA(EndOfStreamError));
        await assert.rejects(receive.receive(), isA(EndOfStreamError), "and stays at its end");
      }),
    },
    {
      name: "ends for whoever waits to receive",
      run: withPair(async (send, receive) => {
        const receiving = outcomeOf(receive.receive());

        await waitAllTasksBlocked();
        await send.close();

        assert.ok((await receiving) instanceof EndOfStreamError);
      }),
    },
    {
      name: "is iterated over to its end, and left open by a loop that is left",
      run: withPair(async (send, receive) => {
        const sending = sendAll(send, items(1, 2, 3)).then(() => send.close());
        const received: T[] = [];

        for await (const item of receive) {
          received.push(item);
          break;
        }
        for await (const item of receive) received.push(item);
        await sending;

        assert.deepEqual(received, items(1, 2, 3));
      }),
    },
    {
      name: "settles a pending next() when its iterator is told to return, and loses nothing by it",
      run: withPair(async (send, receive) => {
        const iterator = receive[Symbol.asyncIterator]();
        const pending = iterator.next();
        await waitAllTasksBlocked();

        const returned = await iterator.return?.();

        assert.deepEqual(returned, { value: undefined, done: true });
        assert.deepEqual(await pending, { value: undefined, done: true });
        assert.deepEqual(await iterator.next(), { value: undefined, done: true });
        const [item] = await Promise.all([receive.receive(), send.send(itemOf(1))]);
        assert.deepEqual(item, itemOf(1));
      }),
    },
    {
      name: "refuses in a cancelled scope, and loses nothing by it",
      run: withPair(async (send, receive) => {
        const outcomes = await inCancelledScope(async () => [
          await outcomeOf(send.send(itemOf(1))),
          await outcomeOf(receive.receive()),
        ]);

        assert.deepEqual(outcomes.map(isCancellation), [true, true]);
        const [item] = await Promise.all([receive.receive(), send.send(itemOf(2))]);
        assert.deepEqual(item, itemOf(2));
      }),
    },
    {
      name: "loses no item to a receiver that is cancelled while it waits",
      run: withPair(async (send, receive) => {
        const scope = new CancelScope();
        const cancelled = scope.run(() => receive.receive());

        await waitAllTasksBlocked();
        scope.cancel();
        const [item] = await Promise.all([receive.receive(), send.send(itemOf(1)), cancelled]);

        assert.equal(scope.cancelledCaught, true);
        assert.deepEqual(item, itemOf(1));
      }),
    },
    {
      name: "refuses what is closed",
      run: withPair(async (send, receive) => {
        await send.close();
        await receive.close();

        await assert.rejects(send.send(itemOf(1)), isA(ClosedResourceError));
        await assert.rejects(receive.receive(), isA(ClosedResourceError));
      }),
    },
    {
      name: "fails whoever waits to receive as this end is closed",
      run: withPair(async (_send, receive) => {
        const receiving = outcomeOf(receive.receive());

        await waitAllTasksBlocked();
        await receive.close();

        assert.ok((await receiving) instanceof ClosedResourceError);
      }),
    },
    {
      name: "tells a sender that the receiving end is gone",
      run: withPair(async (send, receive) => {
        await receive.close();

        await assert.rejects(sendAll(send, items(1, 2, 3, 4, 5, 6, 7, 8)), isA(BrokenResourceError));
      }),
    },
    {
      name: "is closed more than once without harm",
      run: withPair(async (send, receive) => {
        await send.close();
        await send.close();
        await receive.close();
        await receive.close();
        await send[Symbol.asyncDispose]();
        await receive[Symbol.asyncDispose]();
      }),
    },
    {
      name: "is closed in a cancelled scope",
      run: withPair(async (send, receive) => {
        await inCancelledScope(async () => {
          await send.close();
          await receive.close();
        });

        await assert.rejects(send.send(itemOf(1)), isA(ClosedResourceError));
        await assert.rejects(receive.receive(), isA(ClosedResourceError));
      }),
    },
  ];
}

async function sendAll<T>(send: ObjectSendStreamLike<T>, items: readonly T[]): Promise<void> {
  for (const item of items) await send.send(item);
}

function isCancellation(outcome: unknown): boolean {
  return outcome instanceof CancelledError;
}
