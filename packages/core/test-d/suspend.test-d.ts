import { expectTypeOf } from "vitest";
import { sleepForever } from "@anyio/core";
import { bindScope, checkpoint, RunVar, suspend, suspendShielded, WaitQueue } from "@anyio/core/lowlevel";

expectTypeOf(suspend<number>("label", (waiter) => void waiter.resume(42))).toEqualTypeOf<Promise<number>>();
expectTypeOf(suspendShielded<string>("label", (waiter) => void waiter.resume("x"))).toEqualTypeOf<Promise<string>>();
expectTypeOf(checkpoint()).toEqualTypeOf<Promise<void>>();
expectTypeOf(sleepForever()).toEqualTypeOf<Promise<never>>();

void suspend<number>("an undo may refuse", () => () => false);
void suspend<number>(
  () => "a label may be made late",
  () => {},
);
// @ts-expect-error it is resumed with what it waits for
void suspend<number>("label", (waiter) => void waiter.resume("42"));

const plain = new WaitQueue();
void plain.wait("label");
plain.wake();
const valued = new WaitQueue<string>();
valued.wake("value");
// @ts-expect-error its waiters wait for a value
valued.wake();
const tokened = new WaitQueue<void, number>();
void tokened.wait("label", 3);
// @ts-expect-error whoever joins brings a token along
void tokened.wait("label");
expectTypeOf([...tokened]).toEqualTypeOf<number[]>();
expectTypeOf(valued.wait("label")).toEqualTypeOf<Promise<string>>();

const add = bindScope((a: number, b: number) => a + b);
expectTypeOf(add).toEqualTypeOf<(a: number, b: number) => number>();

const limit = new RunVar<number>("limit", { default: 40 });
expectTypeOf(limit.get()).toEqualTypeOf<number>();
limit.set(41);
// @ts-expect-error it holds numbers
limit.set("41");
