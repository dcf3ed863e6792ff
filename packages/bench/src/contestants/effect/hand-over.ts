import type * as Cause from "effect/Cause";
import * as Effect from "effect/Effect";
import * as Fiber from "effect/Fiber";
import * as Pull from "effect/Pull";
import * as Queue from "effect/Queue";
import * as Stream from "effect/Stream";
import { atRest } from "../at-rest.js";
import type { HandOver, HandOverFamily } from "../contestant.js";
import { inGroup } from "./tasks.js";

type Channel = Queue.Queue<number, Cause.Done>;
type Consume = (channel: Channel, take: (item: number) => void) => Effect.Effect<void>;

const receiveAll: Consume = (channel, take) =>
  Effect.gen(function* () {
    while (true) take(yield* Queue.take(channel));
  }).pipe(Pull.catchDone(() => Effect.void));

const iterateAll: Consume = (channel, take) =>
  Stream.runForEach(Stream.fromQueue(channel), (item) => Effect.sync(() => take(item)));

function through(consume: Consume, { capacity, producers, consumers, items, begin }: HandOver): Promise<void> {
  return Effect.runPromise(
    Effect.gen(function* () {
      const channel: Channel = yield* Queue.bounded<number, Cause.Done>(capacity);
      let producing = producers;
      const produce = (first: number) =>
        Effect.gen(function* () {
          for (let item = first; item < items; item += producers) yield* Queue.offer(channel, item);
          producing -= 1;
          if (producing === 0) yield* Queue.end(channel);
        });
      yield* inGroup(consumers + producers, (index) =>
        index < consumers ? Effect.suspend(() => consume(channel, begin())) : produce(index - consumers),
      );
    }),
  );
}

export const handOver: HandOverFamily = {
  fill(capacity, items, stuck) {
    return Effect.runPromise(
      Effect.gen(function* () {
        const channel = yield* Queue.bounded<number>(capacity);
        let sent = 0;
        const producing = yield* Effect.forkChild(
          Effect.gen(function* () {
            for (let item = 0; item < items; item += 1) {
              yield* Queue.offer(channel, item);
              sent += 1;
            }
          }),
        );
        yield* Effect.promise(atRest);
        stuck(sent);
        for (let i = 0; i < items; i += 1) yield* Queue.take(channel);
        yield* Fiber.join(producing);
      }),
    );
  },

  receive: (handOver) => through(receiveAll, handOver),

  iterate: (handOver) => through(iterateAll, handOver),
};
