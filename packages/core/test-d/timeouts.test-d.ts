import { expectTypeOf } from "vitest";
import { failAfter, failAt, moveOnAfter, moveOnAt, shield, TimeoutError } from "@anyio/core";

// What may move on may have no value; what fails has one.
expectTypeOf(moveOnAfter(5, async () => 42)).toEqualTypeOf<Promise<number | undefined>>();
expectTypeOf(moveOnAt(5, () => 42)).toEqualTypeOf<Promise<number | undefined>>();
expectTypeOf(failAfter(5, async () => 42)).toEqualTypeOf<Promise<number>>();
expectTypeOf(failAt(5, () => 42)).toEqualTypeOf<Promise<number>>();
expectTypeOf(shield(async () => 42)).toEqualTypeOf<Promise<number>>();

void moveOnAfter(null, (scope) => scope.cancel());
void moveOnAfter(Infinity, () => {}, { shield: true });
void failAfter(null, (scope) => (scope.deadline += 5), { shield: true, reason: "the handshake" });
void shield(() => {}, { timeout: 5 });

// @ts-expect-error the block of failAfter always has a value, so it cannot be cancelled by hand
void failAfter(5, (scope) => scope.cancel());
// @ts-expect-error nor can the block of a shield
void shield((scope) => scope.cancel());
// @ts-expect-error how long comes first, and is a number
void moveOnAfter("5", () => {});
// @ts-expect-error a missing time is spelled null
void moveOnAfter(undefined, () => {});
// @ts-expect-error a function, never a promise: a promise has already started
void failAfter(5, Promise.resolve(42));
// @ts-expect-error moving on gives no reason
void moveOnAfter(5, () => {}, { reason: "x" });

const error = new TimeoutError("x", 5, undefined);
expectTypeOf(error.scopeName).toEqualTypeOf<string>();
expectTypeOf(error.budget).toEqualTypeOf<number>();
expectTypeOf(error.waitingFor).toEqualTypeOf<string | undefined>();
// @ts-expect-error the facts are readonly
error.budget = 6;
