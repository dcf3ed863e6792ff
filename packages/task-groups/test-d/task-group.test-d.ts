import { expectTypeOf } from "vitest";
import { type CancelScope, sleep } from "@anyio/core";
import {
  TASK_STATUS_IGNORED,
  type TaskGroup,
  type TaskHandle,
  type TaskStatus,
  withTaskGroup,
} from "@anyio/task-groups";

// withTaskGroup: the body's value, or undefined when it was cancelled
expectTypeOf(withTaskGroup(() => 1)).toEqualTypeOf<Promise<number | undefined>>();
expectTypeOf(withTaskGroup(async () => "a")).toEqualTypeOf<Promise<string | undefined>>();
void withTaskGroup(() => {}, { name: "crew", errors: "group" });
// @ts-expect-error the body is a function, not a promise that has started already
void withTaskGroup(sleep(1));
// @ts-expect-error there are two kinds of errors, "natural" and "group"
void withTaskGroup(() => {}, { errors: "strict" });

void withTaskGroup(async (tg) => {
  expectTypeOf(tg).toEqualTypeOf<TaskGroup>();
  expectTypeOf(tg.cancelScope).toEqualTypeOf<CancelScope>();

  // startSoon: the handle has the type of what the function returns
  expectTypeOf(tg.startSoon(() => 1)).toEqualTypeOf<TaskHandle<number>>();
  expectTypeOf(tg.startSoon(async () => ({ a: 1 }))).toEqualTypeOf<TaskHandle<{ a: number }>>();
  expectTypeOf(tg.startSoon(() => sleep(1), { name: "sleeper", service: true })).toEqualTypeOf<TaskHandle<void>>();
  // @ts-expect-error a task is started from a function, not from a promise that has started already
  tg.startSoon(sleep(1));
  // @ts-expect-error the function takes no arguments; pass them in an arrow function
  tg.startSoon((ms: number) => sleep(ms));
  // @ts-expect-error there is no such option
  tg.startSoon(() => sleep(1), { daemon: true });

  // start: the value of started(); void where its status is not annotated
  expectTypeOf(tg.start(async (status) => status.started())).toEqualTypeOf<Promise<void>>();
  expectTypeOf(tg.start(async (status: TaskStatus<number>) => status.started(8080))).toEqualTypeOf<Promise<number>>();
  expectTypeOf(tg.start<string>((status) => status.started("ready"))).toEqualTypeOf<Promise<string>>();
  expectTypeOf(tg.start((status) => status.started(), { service: true })).toEqualTypeOf<Promise<void>>();
  // @ts-expect-error this status was promised a number
  void tg.start<number>((status) => status.started("ready"));
  // @ts-expect-error this status was promised a number
  void tg.start<number>((status) => status.started());
  // @ts-expect-error this status takes no value
  void tg.start((status) => status.started(8080));
  // @ts-expect-error a task is started from a function, not from a promise
  void tg.start(sleep(1));

  // start with returnHandle: both types, from annotations of the status alone
  const handle = await tg.start(
    async (status: TaskStatus<number>) => {
      status.started(8080);
      return "served";
    },
    { returnHandle: true },
  );
  expectTypeOf(handle).toEqualTypeOf<TaskHandle<string, number>>();
  expectTypeOf(handle.startValue).toEqualTypeOf<number>();
  expectTypeOf(handle.returnValue).toEqualTypeOf<string>();
  expectTypeOf(handle.result()).toEqualTypeOf<Promise<string>>();
  expectTypeOf(handle.wait()).toEqualTypeOf<Promise<void>>();
  expectTypeOf(handle.error).toEqualTypeOf<unknown>();
  expectTypeOf(handle.status).toEqualTypeOf<"pending" | "cancelling" | "finished" | "cancelled" | "failed">();
  expectTypeOf(
    tg.start(
      async (status) => {
        status.started();
        return 1;
      },
      { returnHandle: true },
    ),
  ).toEqualTypeOf<Promise<TaskHandle<number, void>>>();

  // a handle is a resource, and no thenable
  expectTypeOf(handle).toExtend<AsyncDisposable>();
  expectTypeOf<Awaited<typeof handle>>().toEqualTypeOf<TaskHandle<string, number>>();
  // @ts-expect-error a handle is closed asynchronously
  handle satisfies Disposable;
  // @ts-expect-error what a task has come to is not for others to say
  handle.returnValue = "other";

  // handles are covariant: a list of any of them
  const handles: TaskHandle<unknown, unknown>[] = [handle, tg.startSoon(() => 1)];
  expectTypeOf(handles).items.toEqualTypeOf<TaskHandle<unknown, unknown>>();
  // what startSoon() started was ready with nothing
  expectTypeOf(tg.startSoon(() => 1).startValue).toBeNever();
});

// a function that reports its readiness where nobody wants to know
async function serve(status: TaskStatus<number> = TASK_STATUS_IGNORED): Promise<void> {
  status.started(1);
}
void serve();
void serve(TASK_STATUS_IGNORED);
// @ts-expect-error a status that promises a string is none for this function
void serve({ started: (_value: string) => {} });
