import { expectTypeOf } from "vitest";
import { run } from "@anyio/core";
import {
  assertNoLeaks,
  type ContractCase,
  type DeadlockError,
  explore,
  type ExploreError,
  type Leak,
  type LeakError,
  lockLikeContract,
  Sequencer,
  VirtualClock,
  watchLeaks,
} from "@anyio/testing";

// VirtualClock: a clock for run()
const clock = new VirtualClock({ autojump: true });
expectTypeOf(run(() => 42, { backend: { clock } })).toEqualTypeOf<Promise<number>>();
expectTypeOf(clock.advance(1)).toEqualTypeOf<Promise<void>>();
// @ts-expect-error it is on or off
void new VirtualClock({ autojump: 5 });

// explore: seeds are told, as a number or one by one
expectTypeOf(explore(() => {}, { seeds: 10 })).toEqualTypeOf<Promise<void>>();
expectTypeOf(explore(async () => 42, { seeds: [1, 2] })).toEqualTypeOf<Promise<void>>();
// @ts-expect-error nobody knows how many are enough
void explore(() => {});

// assertNoLeaks, watchLeaks: the type of the function's result
expectTypeOf(assertNoLeaks(async () => 42)).toEqualTypeOf<Promise<number>>();
expectTypeOf(assertNoLeaks(() => "now")).toEqualTypeOf<Promise<string>>();
expectTypeOf((await watchLeaks(() => 42)).outcome).toEqualTypeOf<PromiseSettledResult<number>>();

// Sequencer: steps are numbers
expectTypeOf(new Sequencer().step(0)).toEqualTypeOf<Promise<void>>();
// @ts-expect-error not names
void new Sequencer().step("first");

// errors: their facts are read, not written
expectTypeOf<ExploreError["seed"]>().toEqualTypeOf<number>();
expectTypeOf<LeakError["leaks"]>().toEqualTypeOf<readonly Leak[]>();
expectTypeOf<DeadlockError["dump"]>().toEqualTypeOf<string>();

// contracts: what is too little is refused
// @ts-expect-error there is no acquireNowait
lockLikeContract(() => ({ acquire: () => Promise.resolve({ [Symbol.dispose]() {} }) }));
expectTypeOf(lockLikeContract).returns.toEqualTypeOf<ContractCase[]>();
