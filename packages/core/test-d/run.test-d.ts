import { expectTypeOf } from "vitest";
import { dumpTasks, getCurrentTask, getRunningTasks, run, type TaskInfo } from "@anyio/core";
import type { Backend, Clock, Scheduler } from "@anyio/core/lowlevel";

expectTypeOf(run(async () => 42)).toEqualTypeOf<Promise<number>>();
expectTypeOf(run(() => "x")).toEqualTypeOf<Promise<string>>();

void run(() => {}, { name: "x", signals: ["SIGHUP"], debug: true, backend: {} });
void run(() => {}, { signals: [] });
// @ts-expect-error there is no such signal
void run(() => {}, { signals: ["SIGNONE"] });
// @ts-expect-error a function, never a promise: a promise has already started
void run(Promise.resolve());
// @ts-expect-error main takes no arguments
void run((argument: string) => argument);

const clock: Clock = { now: () => 0, schedule: (_at: number, _callback: () => void) => ({ cancel: () => {} }) };
const scheduler: Scheduler = { ready: (resume) => resume() };
export const backends: Backend[] = [{}, { clock }, { scheduler }, { clock, scheduler }];
// @ts-expect-error what is scheduled can be cancelled
export const bad: Clock = { now: () => 0, schedule: () => {} };

const info = getCurrentTask();
expectTypeOf(info).toEqualTypeOf<TaskInfo>();
expectTypeOf(getRunningTasks()).toEqualTypeOf<TaskInfo[]>();
expectTypeOf(dumpTasks()).toEqualTypeOf<string>();
expectTypeOf(info.parentId).toEqualTypeOf<number | null>();
expectTypeOf(info.waitingFor).toEqualTypeOf<string | null>();
// @ts-expect-error it is a snapshot
info.name = "x";
