import { describe, expect, it } from "vitest";
import { CancelScope, currentTime, ExceptionGroup, moveOnAfter, shield, sleep, sleepForever } from "@anyio/core";
import { race } from "@anyio/task-groups";
import { otherTasks } from "#support/other-tasks";
import { rejection, unhandledBy } from "./support/rejections.js";
import { untilCancelled } from "./support/until-cancelled.js";
import { virtually } from "./support/virtual-clock.js";
import { skipExplored } from "#support/explored";

describe("race", () => {
  it("resolves with the value of the first to finish", async () => {
    const value = await virtually(() =>
      race([() => sleep(20).then(() => "slow"), () => sleep(10).then(() => "quick")]),
    );

    expect(value).toBe("quick");
  });

  it("rejects with the error of the first to finish", async () => {
    const failure = new Error("failure");

    const error = await virtually(() =>
      rejection(race([() => sleep(20), () => sleep(10).then(() => Promise.reject(failure))])),
    );

    expect(error).toBe(failure);
  });

  it("resolves with undefined where that is the first value", async () => {
    expect(await race([() => undefined, () => sleepForever()])).toBeUndefined();
  });

  it("lets the first of those win that finish at once, and calls each", async () => {
    skipExplored("tasks begin in an order that the seed chooses");
    const events: number[] = [];

    const value = await race([1, 2, 3].map((i) => () => events.push(i) && i));

    expect(value).toBe(1);
    expect(events).toEqual([1, 2, 3]);
  });

  it("cancels and joins the rest before it settles", async () => {
    const events: string[] = [];

    await virtually(async () => {
      await race([
        () => sleep(10),
        () => untilCancelled(() => shield(() => sleep(10)).then(() => events.push(`joined at ${currentTime()}`))),
      ]);
      events.push(`settled at ${currentTime()}`);
    });

    expect(events).toEqual(["joined at 20", "settled at 20"]);
    expect(otherTasks()).toEqual([]);
  });

  it("throws what a loser's cleanup throws", async () => {
    const failure = new Error("cleanup");

    const error = await virtually(() =>
      rejection(race([() => sleep(10), () => untilCancelled(() => Promise.reject(failure))])),
    );

    expect(error).toBe(failure);
  });

  it("throws the first error together with those of the losers' cleanup", async () => {
    const error = await virtually(() =>
      rejection(
        race([
          () => sleep(10).then(() => Promise.reject(new Error("first"))),
          () => untilCancelled(() => shield(() => sleep(2)).then(() => Promise.reject(new Error("third")))),
          () => untilCancelled(() => shield(() => sleep(1)).then(() => Promise.reject(new Error("second")))),
        ]),
      ),
    );

    expect(error).toBeInstanceOf(ExceptionGroup);
    expect(error).toMatchObject({ errors: [{ message: "first" }, { message: "second" }, { message: "third" }] });
  });

  it("lets a loser that swallows its cancellation finish, and keeps the first value", async () => {
    const value = await virtually(() =>
      race([() => sleep(10).then(() => "first"), () => sleepForever().catch(() => "late")]),
    );

    expect(value).toBe("first");
  });

  it("tells the losers why", async () => {
    let reason: unknown;

    await race([() => sleepForever().catch((error: { reason: unknown }) => (reason = error.reason)), () => 1]);

    expect(reason).toMatch(/race/);
  });

  it("throws an outer cancellation once all have ended", async () => {
    const events: string[] = [];

    await virtually(() =>
      moveOnAfter(5, async () => {
        await race([() => untilCancelled(() => events.push("a")), () => untilCancelled(() => events.push("b"))]);
        events.push("after");
      }),
    );

    expect(events.toSorted()).toEqual(["a", "b"]);
  });

  it("enters in a cancelled scope", async () => {
    const scope = new CancelScope();
    scope.cancel();

    const value = await scope.run(() => race([() => "value", () => "value"]));

    expect(value).toBe("value");
  });

  it("rejects with a RangeError for nothing", async () => {
    expect(await rejection(race([]))).toBeInstanceOf(RangeError);
  });

  it("refuses promises before it has called any function", async () => {
    const events: string[] = [];

    const error = await rejection(race([() => void events.push("called"), Promise.resolve(1)] as never));

    expect(error).toBeInstanceOf(TypeError);
    expect(events).toEqual([]);
  });

  it("leaves no rejection unhandled", async () => {
    const unhandled = await unhandledBy(() =>
      virtually(() =>
        rejection(race([() => Promise.reject(new Error("a")), () => Promise.reject(new Error("b")), () => sleep(1)])),
      ),
    );

    expect(unhandled).toEqual([]);
  });

  it("races 10,000", async () => {
    skipExplored("so many under so many schedules take minutes");
    const value = await virtually(() =>
      race(Array.from({ length: 10_000 }, (_, i) => () => sleep(10_000 - i).then(() => i))),
    );

    expect(value).toBe(9999);
  });
});
