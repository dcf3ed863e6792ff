import { createQueue, type Operation, type Queue, type Stream, type Subscription, withResolvers } from "effection";

/** A channel that its senders wait for, which Effection has none of; made of its queues, that nobody waits to add to. */
export interface Channel<T> extends Subscription<T, void> {
  send(item: T): Operation<void>;
  close(): void;
}

export function createChannel<T>(capacity: number): Channel<T> {
  return capacity === 0 ? createRendezvous() : createBounded(capacity);
}

/** Reads what a channel has, for `each`. */
export function streamOf<T>(channel: Channel<T>): Stream<T, void> {
  return {
    // oxlint-disable-next-line require-yield -- there is nothing to set up
    *[Symbol.iterator]() {
      return channel;
    },
  };
}

function createRendezvous<T>(): Channel<T> {
  const offers: Queue<{ item: T; taken: () => void }, void> = createQueue();
  return {
    *send(item) {
      const taken = withResolvers<void>();
      offers.add({ item, taken: () => taken.resolve() });
      yield* taken.operation;
    },
    *next() {
      const next = yield* offers.next();
      if (next.done) return passOnTheEnd(offers);
      next.value.taken();
      return { done: false, value: next.value.item };
    },
    close: () => offers.close(),
  };
}

/** Room in the buffer is a queue too: a place for each item that may be in there. */
function createBounded<T>(capacity: number): Channel<T> {
  const items: Queue<T, void> = createQueue();
  const room = createPlaces(capacity);
  return {
    *send(item) {
      yield* room.next();
      items.add(item);
    },
    *next() {
      const next = yield* items.next();
      if (next.done) return passOnTheEnd(items);
      room.add();
      return next;
    },
    close: () => items.close(),
  };
}

/** A queue that `count` can be taken out of before one has to be put back: a semaphore, which Effection has none of. */
export function createPlaces(count: number): Queue<void, never> {
  const places: Queue<void, never> = createQueue();
  for (let i = 0; i < count; i += 1) places.add();
  return places;
}

/** Each consumer takes an item out of the queue, and the end is one. */
function passOnTheEnd(queue: Queue<unknown, void>): IteratorResult<never, void> {
  queue.close();
  return { done: true, value: undefined };
}
