import { expectTypeOf } from "vitest";
import { CancelScope, type DeadlineScope } from "@anyio/core";

// A scope may swallow the block: its value may be missing.
expectTypeOf(new CancelScope().run(() => 42)).toEqualTypeOf<Promise<number | undefined>>();
expectTypeOf(new CancelScope().run(async (scope) => scope.cancelCalled)).toEqualTypeOf<Promise<boolean | undefined>>();

export const scopes = [
  new CancelScope(),
  new CancelScope({}),
  new CancelScope({ deadline: 5, shield: true, signal: AbortSignal.abort(), name: "x" }),
  // @ts-expect-error a deadline is a number of ms
  new CancelScope({ deadline: "5" }),
  // @ts-expect-error a controller is no signal
  new CancelScope({ signal: new AbortController() }),
  // @ts-expect-error there is no such option
  new CancelScope({ timeout: 5 }),
];

const scope = new CancelScope();
scope.deadline = 5;
scope.shield = true;
scope.cancel();
scope.cancel("any reason");
// @ts-expect-error whether it was cancelled is not for users to set
scope.cancelCalled = true;
// @ts-expect-error nor is whether the cancellation was absorbed
scope.cancelledCaught = true;
// @ts-expect-error nor is the reason
scope.cancelReason = "x";
// @ts-expect-error nor is the signal
scope.signal = AbortSignal.abort();
// @ts-expect-error a scope takes a callback: it is not entered and left
scope[Symbol.dispose]();
// @ts-expect-error a scope takes a callback: it is not entered and left
scope[Symbol.asyncDispose]();
// @ts-expect-error run takes a function, never a promise: a promise has already started
void scope.run(Promise.resolve());

expectTypeOf(scope).toExtend<DeadlineScope>();
