import { describe, expect, it } from "vitest";
import { CancelScope, isCancelled, sleepForever } from "@anyio/core";
import { quietly } from "@anyio/core/lowlevel";
import { errorOf } from "#support/caught";
import { unhandledRejectionsOf } from "#support/unhandled";

describe("quietly", () => {
  it("passes on value and error", async () => {
    const failure = new Error("x");

    expect(await quietly(Promise.resolve(42))).toBe(42);
    expect(await errorOf(quietly(Promise.reject(failure)))).toBe(failure);
  });

  it("keeps a cancellation that nobody awaits from being an unhandled rejection", async () => {
    const operation = async () => {
      await sleepForever();
    };

    const unhandled = await unhandledRejectionsOf(() =>
      new CancelScope().run((scope) => {
        void quietly(operation());
        scope.cancel();
      }),
    );

    expect(unhandled).toEqual([]);
  });

  it("rejects with the cancellation all the same", async () => {
    await new CancelScope().run(async (scope) => {
      const promise = quietly(sleepForever());
      scope.cancel();

      expect(isCancelled(await errorOf(promise))).toBe(true);
    });
  });
});
