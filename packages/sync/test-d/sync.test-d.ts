import { expectTypeOf } from "vitest";
import type { TaskInfo } from "@anyio/core";
import {
  CapacityLimiter,
  type CapacityLimiterStatistics,
  Condition,
  type ConditionStatistics,
  Event,
  type EventStatistics,
  Future,
  type Lease,
  Lock,
  type LockStatistics,
  ResourceGuard,
  Semaphore,
  type SemaphoreStatistics,
} from "@anyio/sync";

// Event: read, not written
const event = new Event();
expectTypeOf(event.wait()).toEqualTypeOf<Promise<void>>();
expectTypeOf(event.statistics()).toEqualTypeOf<EventStatistics>();
// @ts-expect-error it is set by set()
event.isSet = true;

// Future: the type of its result goes in and comes out
const future = new Future<number>();
expectTypeOf(future.wait()).toEqualTypeOf<Promise<number>>();
expectTypeOf(future.result).toEqualTypeOf<number>();
expectTypeOf(future.error).toEqualTypeOf<unknown>();
future.setResult(1);
new Future<void>().setResult();
// @ts-expect-error this one was promised a number
future.setResult("1");
// @ts-expect-error this one was promised a number
future.setResult();

// Lock: leases are what `using` takes
const lock = new Lock();
expectTypeOf(lock.acquire()).toEqualTypeOf<Promise<Lease>>();
expectTypeOf(lock.acquireNowait()).toEqualTypeOf<Lease>();
expectTypeOf<Lease>().toExtend<Disposable>();
expectTypeOf(lock.statistics()).toEqualTypeOf<LockStatistics>();
expectTypeOf(lock.statistics().owner).toEqualTypeOf<TaskInfo | null>();
using _ = lock.acquireNowait();
// @ts-expect-error it is acquired by acquire()
lock.locked = true;

// run(fn): what the function returns
expectTypeOf(lock.run(() => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(lock.run(async () => "a")).toEqualTypeOf<Promise<string>>();
// @ts-expect-error a function, not a promise: a promise has started already
void lock.run(Promise.resolve(1));
// @ts-expect-error the function takes no arguments
void lock.run((lease: Lease) => lease);

// Condition: over a Lock, or one of its own
const condition = new Condition(lock);
expectTypeOf(new Condition().acquire()).toEqualTypeOf<Promise<Lease>>();
expectTypeOf(condition.wait()).toEqualTypeOf<Promise<void>>();
expectTypeOf(condition.waitFor(() => [1].at(0))).toEqualTypeOf<Promise<number | undefined>>();
expectTypeOf(condition.statistics()).toEqualTypeOf<ConditionStatistics>();
// @ts-expect-error a condition's lock is a Lock
void new Condition(new Semaphore(1));

// Semaphore
const semaphore = new Semaphore(2, { maxValue: 3 });
expectTypeOf(semaphore.acquire()).toEqualTypeOf<Promise<Lease>>();
expectTypeOf(semaphore.value).toEqualTypeOf<number>();
expectTypeOf(semaphore.statistics()).toEqualTypeOf<SemaphoreStatistics>();
// @ts-expect-error it has to begin with some number
void new Semaphore();
// @ts-expect-error the limit is given by name
void new Semaphore(2, 3);
// @ts-expect-error it is changed by acquiring and releasing
semaphore.value = 1;

// CapacityLimiter: the limit is written too, and a borrower is anything
const limiter = new CapacityLimiter(Infinity);
limiter.totalTokens = 3;
expectTypeOf(limiter.acquire()).toEqualTypeOf<Promise<Lease>>();
expectTypeOf(limiter.acquireOnBehalfOf({ any: "thing" })).toEqualTypeOf<Promise<Lease>>();
expectTypeOf(limiter.acquireOnBehalfOfNowait(1)).toEqualTypeOf<Lease>();
expectTypeOf(limiter.statistics()).toEqualTypeOf<CapacityLimiterStatistics>();
// @ts-expect-error a limiter is given back by a lease, or by the borrower's name
limiter.release();
// @ts-expect-error it follows from what is borrowed
limiter.availableTokens = 3;

// ResourceGuard
expectTypeOf(new ResourceGuard("reading from").enter()).toEqualTypeOf<Disposable>();
expectTypeOf(new ResourceGuard().action).toEqualTypeOf<string>();
