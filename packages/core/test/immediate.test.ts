import {
  CancelledError,
  CancelScope,
  currentTime,
  failAfter,
  rethrowIfCancelled,
  run,
  TimeoutError,
} from "@anyio/core";
import { immediate, WaitQueue } from "@anyio/core/lowlevel";
import { describe, expect, it } from "vitest";
import { caught } from "#support/caught";
import { SeededScheduler } from "#support/seeded-scheduler";
import { skipExplored } from "#support/explored";

describe("immediate", () => {
  it("resolves to what it took", async () => {
    const items = [1, 2];

    expect([await immediate(() => items.shift()), items]).toEqual([1, [2]]);
  });

  it("does its work at once", () => {
    const events: string[] = [];

    void immediate(() => events.push("taken"));

    expect(events).toEqual(["taken"]);
  });

  it("rejects in a cancelled scope, and takes nothing", async () => {
    const items = [1];
    let error: unknown;

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      error = await caught(
        immediate(() => items.shift()),
        CancelledError,
      );
    });

    expect([error instanceof CancelledError, items]).toEqual([true, [1]]);
  });

  it("delivers what it took before the cancellation", async () => {
    const taken = await new CancelScope().run((scope) => {
      const pending = immediate(() => "item");
      scope.cancel();
      return pending;
    });

    expect(taken).toBe("item");
  });

  it("rejects with what the function throws", async () => {
    const failure = new RangeError("none left");

    await expect(
      immediate(() => {
        throw failure;
      }),
    ).rejects.toBe(failure);
  });

  it("is given the task that calls", async () => {
    expect(await run(() => immediate((task) => task.label), { name: "server" })).toBe("server");
  });

  it("gives way to timers where it is called over and over", async () => {
    skipExplored("a loop that never waits leaves no virtual time to pass");
    const began = currentTime();

    const busy = failAfter(50, async () => {
      for (;;) await immediate(() => undefined);
    });

    await caught(busy, TimeoutError);
    expect(currentTime() - began).toBeLessThan(5_000);
  });

  it("gives way to timers where it fails over and over", async () => {
    skipExplored("a loop that never waits leaves no virtual time to pass");
    const began = currentTime();

    const busy = failAfter(50, async () => {
      for (;;) await immediate(() => JSON.parse("{") as never).catch(rethrowIfCancelled);
    });

    await caught(busy, TimeoutError);
    expect(currentTime() - began).toBeLessThan(5_000);
  });

  it("takes in the order of the calls, and resumes when the scheduler says so", async () => {
    const events: string[] = [];
    const queue = new WaitQueue();

    await run(
      async () => {
        const waiting = queue.wait("a turn");
        const first = immediate(() => events.push("taken")).then(() => events.push("told"));
        queue.wake();
        events.push("after");
        await Promise.all([waiting, first]);
      },
      { signals: [], backend: { scheduler: new SeededScheduler(1) } },
    );

    expect(events).toEqual(["taken", "after", "told"]);
  });
});
