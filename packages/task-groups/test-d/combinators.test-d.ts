import { expectTypeOf } from "vitest";
import { sleep } from "@anyio/core";
import { amap, asCompleted, gather, race, type TaskHandle } from "@anyio/task-groups";

interface User {
  readonly name: string;
}

declare function fetchUser(id: number): Promise<User>;
declare const ids: number[];
declare function one(): number;
declare function streamOfIds(): AsyncGenerator<number>;

// gather: a tuple where it is given one, a list where it is given that
expectTypeOf(gather([() => fetchUser(1), () => 2, async () => "three"])).toEqualTypeOf<
  Promise<[User, number, string]>
>();
expectTypeOf(gather([])).toEqualTypeOf<Promise<[]>>();
expectTypeOf(gather(ids.map((id) => () => fetchUser(id)))).toEqualTypeOf<Promise<User[]>>();
expectTypeOf(gather([() => sleep(1)])).toEqualTypeOf<Promise<[void]>>();
const [user, two] = await gather([() => fetchUser(1), () => 2]);
expectTypeOf(user.name).toEqualTypeOf<string>();
expectTypeOf(two).toEqualTypeOf<number>();
// @ts-expect-error functions, not promises: a promise has started already
void gather([fetchUser(1)]);
// @ts-expect-error one list of functions, not one argument for each
void gather(one, one);
// @ts-expect-error the functions take no arguments
void gather([(id: number) => fetchUser(id)]);

// race: any of the results
expectTypeOf(race([() => fetchUser(1), async () => "two", () => 3])).toEqualTypeOf<Promise<User | string | number>>();
expectTypeOf(race(ids.map((id) => () => fetchUser(id)))).toEqualTypeOf<Promise<User>>();
expectTypeOf(race([() => fetchUser(1), () => sleep(1)])).toEqualTypeOf<Promise<User | void>>();
// @ts-expect-error functions, not promises: a promise has started already
void race([fetchUser(1), sleep(1)]);

// amap: the item's type goes in, the result's comes out
expectTypeOf(amap(fetchUser, ids)).toEqualTypeOf<Promise<User[]>>();
expectTypeOf(amap(fetchUser, streamOfIds(), { limit: 8 })).toEqualTypeOf<Promise<User[]>>();
expectTypeOf(amap((id) => id > 1, new Set([1, 2]))).toEqualTypeOf<Promise<boolean[]>>();
expectTypeOf(amap(([key, value], index) => `${index}${key}${value}`, new Map([["a", 1]]))).toEqualTypeOf<
  Promise<string[]>
>();
// @ts-expect-error the function takes numbers
void amap(fetchUser, ["a"]);
// @ts-expect-error a number is not iterable
void amap((item) => item, 5);
// @ts-expect-error the limit is a number, given by name
void amap(fetchUser, ids, 8);

// asCompleted: handles, and the callback's value
expectTypeOf(
  asCompleted(
    ids.map((id) => () => fetchUser(id)),
    async (completions) => {
      for await (const task of completions) {
        expectTypeOf(task).toEqualTypeOf<TaskHandle<User>>();
        return task.returnValue;
      }
      return null;
    },
  ),
).toEqualTypeOf<Promise<User | null>>();
expectTypeOf(
  asCompleted([() => 1, async () => 2], async (completions) => {
    for await (const task of completions) expectTypeOf(task.returnValue).toEqualTypeOf<number>();
  }),
).toEqualTypeOf<Promise<void>>();
expectTypeOf(
  asCompleted([() => fetchUser(1), async () => "two", () => sleep(1)], async (completions) => {
    for await (const task of completions) expectTypeOf(task).toEqualTypeOf<TaskHandle<User | string | void>>();
  }),
).toEqualTypeOf<Promise<void>>();
// @ts-expect-error functions, not promises: a promise has started already
void asCompleted([fetchUser(1)], () => 1);
// @ts-expect-error without a callback nobody takes the completions
void asCompleted([() => fetchUser(1)]);
