import { expectTypeOf } from "vitest";
import { moduleExport } from "@anyio/core/lowlevel";
import type { CapacityLimiter } from "@anyio/sync";
import {
  callable,
  connectPortal,
  defaultThreadLimiter,
  type RemoteFunction,
  startBlockingPortal,
  type SyncTask,
  toThread,
  transfer,
  withBlockingPortal,
  worker,
} from "@anyio/threads";

// toThread.run: arguments and results are the function's
expectTypeOf(toThread.run((a: number, b: string) => `${a}${b}`, [1, "a"])).toEqualTypeOf<Promise<string>>();
expectTypeOf(toThread.run(async () => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(toThread.run((a?: number) => a ?? 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(toThread.run(() => {}, [], { onCancel: "abandon" })).toEqualTypeOf<Promise<void>>();
// @ts-expect-error an argument is missing
void toThread.run((a: number) => a);
// @ts-expect-error it takes a number
void toThread.run((a: number) => a, ["a"]);
// @ts-expect-error there is no such way
void toThread.run(() => {}, [], { onCancel: "shrug" });

// worker: the functions that a module exports
const work = worker<{ big(a: number): bigint; slowly(): Promise<string>; answer: number }>("file:///work.js");
expectTypeOf(toThread.run(work.big, [1])).toEqualTypeOf<Promise<bigint>>();
expectTypeOf(toThread.run(work.slowly)).toEqualTypeOf<Promise<string>>();
// @ts-expect-error it is no function
void work.answer;
expectTypeOf(toThread.run(moduleExport<() => bigint>("file:///work.js", "big"))).toEqualTypeOf<Promise<bigint>>();

// callable: what arrives is a RemoteFunction
const ask = callable(async (n: number) => String(n));
expectTypeOf(ask).toEqualTypeOf<RemoteFunction<(n: number) => Promise<string>>>();
expectTypeOf(ask.callSync(1)).toEqualTypeOf<string>();
expectTypeOf(ask.call(1)).toEqualTypeOf<Promise<string>>();
void toThread.run((ask: RemoteFunction<(n: number) => Promise<string>>) => ask.callSync(1), [ask]);
// @ts-expect-error it is called with a string there
void toThread.run((ask: RemoteFunction<(n: string) => void>) => ask.callSync("a"), [callable((n: number) => void n)]);

// portals
expectTypeOf(withBlockingPortal({ add: (a: number) => a }, ({ port }) => port.close())).toEqualTypeOf<Promise<void>>();
const connection = connectPortal<{ add(a: number, b: number): Promise<number> }>({} as never);
expectTypeOf(connection.call("add", 1, 2)).toEqualTypeOf<number>();
expectTypeOf(connection.callAsync("add", 1, 2)).toEqualTypeOf<Promise<number>>();
// @ts-expect-error there is no such function
connection.call("remove");
expectTypeOf(connectPortal({} as never).call("anything", 1, "a")).toEqualTypeOf<unknown>();
using portal = startBlockingPortal();
expectTypeOf(portal.call(async (n: number) => n, [1])).toEqualTypeOf<number>();
expectTypeOf(portal.startTaskSoon(async () => "a")).toEqualTypeOf<SyncTask<string>>();

expectTypeOf(transfer(new Uint8Array(1), [])).toEqualTypeOf<Uint8Array<ArrayBuffer>>();
expectTypeOf(defaultThreadLimiter()).toEqualTypeOf<CapacityLimiter>();
