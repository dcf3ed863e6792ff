import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, it } from "vitest";
import { CancelScope, currentTime, ExceptionGroup, moveOnAfter, sleep, sleepForever } from "@anyio/core";
import { gather } from "@anyio/task-groups";
import { rejection, unhandledBy } from "./support/rejections.js";
import { untilCancelled } from "./support/until-cancelled.js";
import { virtually } from "./support/virtual-clock.js";
import { mayLeak } from "#support/may-leak";
import { skipExplored } from "#support/explored";

describe("gather", () => {
  it("resolves with the results in the order of the functions", async () => {
    const results = await virtually(() =>
      gather([() => sleep(20).then(() => "a"), () => 2, async () => ({ three: 3 }), () => undefined]),
    );

    expect(results).toEqual(["a", 2, { three: 3 }, undefined]);
  });

  it("runs them concurrently", async () => {
    const events: string[] = [];

    await virtually(async () => {
      await gather([1, 2, 3].map((i) => () => sleep(10).then(() => events.push(`${i} at ${currentTime()}`))));
      events.push(`gathered at ${currentTime()}`);
    });

    expect(events.slice(0, 3).toSorted()).toEqual(["1 at 10", "2 at 10", "3 at 10"]);
    expect(events.slice(3)).toEqual(["gathered at 10"]);
  });

  it("resolves with nothing for nothing", async () => {
    expect(await gather([])).toEqual([]);
  });

  it("cancels the rest on the first failure, and throws it as it is", async () => {
    const failure = new Error("failure");
    const events: string[] = [];

    const error = await virtually(() =>
      rejection(
        gather([
          () => untilCancelled(() => sleep(1).catch(() => events.push(`cancelled at ${currentTime()}`))),
          () => sleep(5).then(() => Promise.reject(failure)),
        ]),
      ),
    );

    expect(error).toBe(failure);
    expect(events).toEqual(["cancelled at 5"]);
  });

  it("throws several failures as a group", async () => {
    const error = await rejection(
      gather([() => Promise.reject(new Error("a")), () => untilCancelled(() => Promise.reject(new Error("b")))]),
    );

    expect(error).toBeInstanceOf(ExceptionGroup);
    expect(error).toMatchObject({ errors: [{ message: "a" }, { message: "b" }] });
  });

  it("throws an outer cancellation once all have ended", async () => {
    const events: string[] = [];

    await virtually(() =>
      moveOnAfter(5, async () => {
        await gather([() => untilCancelled(() => events.push("first")), () => sleep(1)]);
        events.push("after");
      }),
    );

    expect(events).toEqual(["first"]);
  });

  it("resolves where a cancelled scope strikes none of them", async () => {
    const scope = new CancelScope();
    scope.cancel();

    const results = await scope.run(() => gather([() => 1, async () => 2]));

    expect(results).toEqual([1, 2]);
  });

  it("never makes an unhandled rejection of a cancellation", mayLeak, async () => {
    const unhandled = await unhandledBy(() =>
      virtually(() =>
        moveOnAfter(5, async () => {
          void gather([() => sleepForever(), () => sleepForever()]);
          await sleepForever();
        }),
      ),
    );

    expect(unhandled).toEqual([]);
  });

  it("gives the functions the AsyncLocalStorage values of the call", async () => {
    const storage = new AsyncLocalStorage<string>();

    const results = await storage.run("call", () => gather([() => storage.getStore(), async () => storage.getStore()]));

    expect(results).toEqual(["call", "call"]);
  });

  it("gathers 10,000", async () => {
    skipExplored("so many under so many schedules take minutes");
    const results = await gather(Array.from({ length: 10_000 }, (_, i) => () => i));

    expect(results).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
  });

  it("refuses promises and other things before it has called any", async () => {
    const events: string[] = [];
    const first = (): void => void events.push("called");

    expect(await rejection(gather([first, Promise.resolve(1)] as never))).toEqual(
      new TypeError("thunks[1] must be a function such as () => work(), not a promise, which has started already"),
    );
    expect(await rejection(gather(first as never))).toBeInstanceOf(TypeError);
    expect(events).toEqual([]);
  });
});
