import { expectTypeOf } from "vitest";
import {
  type AnyioError,
  BrokenResourceError,
  BusyResourceError,
  ClosedResourceError,
  EndOfStreamError,
  InvalidStateError,
  TypedAttributeLookupError,
  WouldBlockError,
} from "@anyio/core";

// Those that the author of a stream throws take a message and a cause, both or neither.
export const thrown: AnyioError[] = [
  new ClosedResourceError(),
  new BrokenResourceError("message"),
  new BusyResourceError("message", { cause: 1 }),
  new EndOfStreamError(undefined, { cause: 1 }),
  new WouldBlockError(),
];
expectTypeOf(thrown[0]?.code).toEqualTypeOf<string | undefined>();

export const bad = [
  // @ts-expect-error misuse says what to do
  new InvalidStateError(),
  // @ts-expect-error it names the attribute
  new TypedAttributeLookupError(),
];
// @ts-expect-error a code is stable
new ClosedResourceError().code = "other";
