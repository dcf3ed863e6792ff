import * as Effect from "effect/Effect";
import * as Stream from "effect/Stream";
import type { LinesFamily } from "../contestant.js";

export const lines: LinesFamily = {
  text: (chunks, line) =>
    Stream.fromIterable(chunks).pipe(
      Stream.decodeText,
      Stream.splitLines,
      Stream.runForEach((text) => Effect.sync(() => line(text))),
      Effect.runPromise,
    ),
};
