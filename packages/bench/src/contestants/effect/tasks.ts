import * as Effect from "effect/Effect";

/** Runs one task per number below `count`, all at once; the first failure interrupts the rest, and all are joined. */
export function inGroup<E>(count: number, task: (index: number) => Effect.Effect<void, E>): Effect.Effect<void, E> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  return Effect.forEach(indexes, task, { concurrency: "unbounded", discard: true });
}

/** One step that awaits a promise. */
export const awaitOnce = Effect.promise(() => Promise.resolve(null));
