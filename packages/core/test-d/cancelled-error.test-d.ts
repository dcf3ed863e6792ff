import { expectTypeOf } from "vitest";
import { CancelledError, type CancelSource, isCancelled, rethrowIfCancelled } from "@anyio/core";

declare const caught: unknown;

if (caught instanceof CancelledError) {
  expectTypeOf(caught.source).toEqualTypeOf<CancelSource>();
  expectTypeOf<typeof caught.code>().toEqualTypeOf<"ABORT_ERR">();
  expectTypeOf(caught.scopeName).toEqualTypeOf<string | undefined>();
  expectTypeOf(caught.taskName).toEqualTypeOf<string | undefined>();
  expectTypeOf(caught.reason).toBeUnknown();
  // @ts-expect-error the facts are readonly
  caught.source = "cancel";
}

expectTypeOf<CancelSource>().toEqualTypeOf<"cancel" | "deadline" | "sibling" | "signal" | "shutdown" | "exit">();
expectTypeOf(isCancelled(caught)).toEqualTypeOf<boolean>();
expectTypeOf(rethrowIfCancelled(caught)).toEqualTypeOf<void>();
