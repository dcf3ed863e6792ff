import { expectTypeOf } from "vitest";
import type { TaskHandle as TaskHandleOfPackage } from "@anyio/task-groups";
import { type TaskHandle, type TaskStatus, withTaskGroup } from "anyio";
import * as core from "anyio/core";
import { checkpoint } from "anyio/lowlevel";
import type { SocketStream } from "anyio/net";
import type { ByteStream } from "anyio/streams";
import { fromReadable } from "anyio/streams/node";
import type * as umbrella from "anyio";

// flat: types are inferred as from the package itself
expectTypeOf(withTaskGroup((tg) => tg.startSoon(() => 1).result())).toEqualTypeOf<Promise<number | undefined>>();
expectTypeOf<TaskHandle<number, string>>().toEqualTypeOf<TaskHandleOfPackage<number, string>>();
expectTypeOf<TaskStatus<number>["started"]>().parameters.toEqualTypeOf<[number]>();

// subpaths: the same types again
expectTypeOf(core.failAfter).toEqualTypeOf<typeof umbrella.failAfter>();
expectTypeOf(checkpoint()).toEqualTypeOf<Promise<void>>();
expectTypeOf<SocketStream>().toExtend<ByteStream>();
expectTypeOf<umbrella.SocketStream>().toEqualTypeOf<SocketStream>();
expectTypeOf(fromReadable(process.stdin)).toExtend<umbrella.ByteReceiveStream>();

// @ts-expect-error what is low has a door of its own
expectTypeOf<typeof umbrella.checkpoint>();
// @ts-expect-error what tests need is no part of a program
void import("anyio/testing");
