import { expectTypeOf } from "vitest";
import { abandonOnCancel, currentSignal, withSignal } from "@anyio/core";

expectTypeOf(withSignal(async (signal) => signal.aborted)).toEqualTypeOf<Promise<boolean>>();
expectTypeOf(abandonOnCancel(Promise.resolve(42))).toEqualTypeOf<Promise<number>>();
expectTypeOf(currentSignal()).toEqualTypeOf<AbortSignal>();

// @ts-expect-error the work is foreign and asynchronous: it gives a promise
void withSignal(() => 42);
// @ts-expect-error a promise, for it goes on unowned: a function would be started here
void abandonOnCancel(() => Promise.resolve(42));
