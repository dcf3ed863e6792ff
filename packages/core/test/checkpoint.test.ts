import { describe, expect, it } from "vitest";
import { CancelledError, CancelScope, sleepForever } from "@anyio/core";
import { cancelShieldedCheckpoint, checkpoint, checkpointIfCancelled } from "@anyio/core/lowlevel";
import { caught } from "#support/caught";
import { unhandledRejectionsOf } from "#support/unhandled";
import { skipExplored } from "#support/explored";

describe.each([
  ["checkpoint", checkpoint],
  ["checkpointIfCancelled", checkpointIfCancelled],
])("%s", (_name, check) => {
  it("passes where nothing is cancelled", async () => {
    expect(await check()).toBeUndefined();
    expect(await new CancelScope().run(() => check())).toBeUndefined();
  });

  it("rejects in a cancelled scope, every time", async () => {
    await new CancelScope().run(async (scope) => {
      scope.cancel();
      await caught(check(), CancelledError);
      await caught(check(), CancelledError);
    });
  });

  it("completes where it was called before the cancellation, which strikes at the next", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (scope) => {
      const first = check();
      scope.cancel();
      await first;
      events.push("passed");
      await check().catch(() => events.push("struck"));
    });

    expect(events).toEqual(["passed", "struck"]);
  });

  it("is no unhandled rejection", async () => {
    const unhandled = await unhandledRejectionsOf(() =>
      new CancelScope().run((scope) => {
        scope.cancel();
        for (let i = 0; i < 20; i++) void check();
      }),
    );

    expect(unhandled).toEqual([]);
  });
});

describe("checkpoint", () => {
  it("lets others run", async () => {
    skipExplored("who is ready goes on in an order that the seed chooses");
    const events: string[] = [];
    const count = async (name: string) => {
      for (let i = 0; i < 3; i++) {
        events.push(name);
        await checkpoint();
      }
    };

    await Promise.all([count("a"), count("b")]);

    expect(events).toEqual(["a", "b", "a", "b", "a", "b"]);
  });

  it("lets timers and I/O run now and then", async () => {
    const fired: string[] = [];
    setTimeout(() => fired.push("timer"), 1);

    while (fired.length === 0) await checkpoint();

    expect(fired).toEqual(["timer"]);
  });
});

describe("cancelShieldedCheckpoint", () => {
  it("passes in a cancelled scope", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      await cancelShieldedCheckpoint();
      events.push("passed");
      await sleepForever().catch(() => events.push("struck"));
    });

    expect(events).toEqual(["passed", "struck"]);
  });

  it("lets timers run in a cancelled scope too", async () => {
    await new CancelScope().run(async (scope) => {
      scope.cancel();
      const fired: string[] = [];
      setTimeout(() => fired.push("timer"), 1);
      while (fired.length === 0) await cancelShieldedCheckpoint();
      expect(fired).toEqual(["timer"]);
    });
  });
});
