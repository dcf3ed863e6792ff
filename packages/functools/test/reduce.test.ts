import { describe, expect, it } from "vitest";
import { CancelScope, moveOnAfter, sleep, sleepForever } from "@anyio/core";
import { reduce } from "@anyio/functools";
import { caught, errorOf } from "#support/caught";
import { skipExplored } from "#support/explored";

describe("reduce", () => {
  it("combines items from the first on", async () => {
    expect(await reduce(async (text: string, item) => `(${text} ${item})`, ["a", "b", "c"])).toBe("((a b) c)");
  });

  it("begins with an initial value, also with undefined", async () => {
    expect(await reduce((sum: number, text: string) => sum + text.length, ["a", "bc"], 10)).toBe(13);
    expect(await reduce((first: unknown, item: number) => [first, item], [1], undefined)).toEqual([undefined, 1]);
  });

  it("takes async iterables, and awaits items that are promises", async () => {
    async function* numbers(): AsyncGenerator<number> {
      for (let i = 1; i <= 3; i++) {
        await sleep(1);
        yield i;
      }
    }

    expect(await reduce((a, b) => a + b, numbers())).toBe(6);
    expect(await reduce((a, b) => a + b, [Promise.resolve(1), 2])).toBe(3);
  });

  it("returns the only item, or the initial value for none", async () => {
    expect(await reduce((a: number, b: number) => a + b, [7])).toBe(7);
    expect(await reduce((a: number, b: number) => a + b, [], 7)).toBe(7);
  });

  it("refuses no items without an initial value, and what it cannot work with", async () => {
    await caught(
      reduce((a: number) => a, []),
      TypeError,
    );
    await caught(reduce("sum" as never, [1]), TypeError);
    await caught(
      reduce((a: number) => a, 7 as never),
      TypeError,
    );
  });

  it("throws what the function throws, and closes the iterator", async () => {
    const failure = new Error("failure");
    const events: string[] = [];

    const error = await errorOf(reduce(() => Promise.reject(failure), noted(events)));

    expect(error).toBe(failure);
    expect(events).toEqual(["closed"]);
  });

  it("is cancelled between two items, and closes the iterator", async () => {
    skipExplored("a loop that never waits leaves no virtual time to pass");
    const events: string[] = [];

    await moveOnAfter(10, async () => {
      await reduce(() => 0, noted(events));
      events.push("after");
    });

    expect(events).toEqual(["closed"]);
  });

  it("returns what the last call came to, also where that call cancels", async () => {
    const scope = new CancelScope();

    const sum = await scope.run(() =>
      reduce(
        (a, b) => {
          scope.cancel();
          return a + b;
        },
        [1, 2],
      ),
    );

    expect([sum, scope.cancelledCaught]).toEqual([3, false]);
  });

  it("is cancelled where the function waits", async () => {
    const events: string[] = [];

    await moveOnAfter(5, () => reduce(() => sleepForever(), noted(events)));

    expect(events).toEqual(["closed"]);
  });

  it("does nothing in a cancelled scope", async () => {
    const events: string[] = [];
    const scope = new CancelScope();
    scope.cancel();

    await scope.run(() => reduce((a, b) => a + b, noted(events)));

    expect(scope.cancelledCaught).toBe(true);
    expect(events).toEqual([]);
  });
});

function* noted(events: string[]): Generator<number> {
  try {
    for (;;) yield 1;
  } finally {
    events.push("closed");
  }
}
