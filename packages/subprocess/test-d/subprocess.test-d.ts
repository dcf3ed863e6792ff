import { expectTypeOf } from "vitest";
import { moduleExport } from "@anyio/core/lowlevel";
import type { ByteReceiveStream, ByteSendStream } from "@anyio/streams";
import {
  type CalledProcessError,
  type CompletedProcess,
  defaultProcessLimiter,
  openProcess,
  type Process,
  type ProcessOptions,
  runProcess,
  toProcess,
} from "@anyio/subprocess";
import type { CapacityLimiter } from "@anyio/sync";

// runProcess: a program with its arguments, or a line for the shell
expectTypeOf(runProcess(["echo", "a"], { input: "text", check: false })).toEqualTypeOf<Promise<CompletedProcess>>();
expectTypeOf(runProcess("echo a", { stderr: "stdout", stdin: 3 })).toEqualTypeOf<Promise<CompletedProcess>>();
declare const words: string[];
expectTypeOf(runProcess(words)).toEqualTypeOf<Promise<CompletedProcess>>();
// @ts-expect-error only stderr can lead where stdout leads
void runProcess("true", { stdout: "stdout" });
declare const error: CalledProcessError;
expectTypeOf(error).toExtend<CompletedProcess>();

// openProcess: a stream for each pipe
const all = await openProcess(["cat"]);
expectTypeOf(all.stdin).toEqualTypeOf<ByteSendStream>();
expectTypeOf(all.stdout).toEqualTypeOf<ByteReceiveStream>();
expectTypeOf(all.stderr).toEqualTypeOf<ByteReceiveStream>();
const some = await openProcess(["cat"], { stdin: "ignore", stdout: "pipe", stderr: "stdout", cwd: "/" });
expectTypeOf(some.stdin).toEqualTypeOf<null>();
expectTypeOf(some.stdout).toEqualTypeOf<ByteReceiveStream>();
expectTypeOf(some.stderr).toEqualTypeOf<null>();
declare const options: ProcessOptions;
const any = await openProcess(["cat"], options);
expectTypeOf(any.stdin).toEqualTypeOf<ByteSendStream | null>();
expectTypeOf(any).toEqualTypeOf<Process>();
expectTypeOf(all).toExtend<Process>();
expectTypeOf(all.wait()).toEqualTypeOf<Promise<number | null>>();
// @ts-expect-error there is no such signal
all.sendSignal("SIGNOTHING");

// toProcess.run: arguments and results are the function's
expectTypeOf(toProcess.run((a: number, b: string) => `${a}${b}`, [1, "a"])).toEqualTypeOf<Promise<string>>();
expectTypeOf(toProcess.run(async () => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(toProcess.run((a?: number) => a ?? 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(toProcess.run(() => {}, [], { name: "nothing" })).toEqualTypeOf<Promise<void>>();
// @ts-expect-error an argument is missing
void toProcess.run((a: number) => a);
// @ts-expect-error it takes a number
void toProcess.run((a: number) => a, ["a"]);

// … also of one that is exported elsewhere
const module = new URL("file:///work.js");
expectTypeOf(toProcess.run(moduleExport<(a: number) => bigint>(module, "big"), [1])).toEqualTypeOf<Promise<bigint>>();
expectTypeOf(toProcess.run<(a: number) => bigint>({ module, name: "big" }, [1])).toEqualTypeOf<Promise<bigint>>();
expectTypeOf(toProcess.run({ module, name: "anything" }, [1, "a"])).toEqualTypeOf<Promise<unknown>>();
expectTypeOf(toProcess.run({ module, name: "anything" })).toEqualTypeOf<Promise<unknown>>();

expectTypeOf(defaultProcessLimiter()).toEqualTypeOf<CapacityLimiter>();
