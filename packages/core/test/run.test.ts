import { describe, expect, it } from "vitest";
import { CancelledError, CancelScope, getCurrentTask, isCancelled, moveOnAfter, run, sleepForever } from "@anyio/core";
import { checkpoint, currentScope } from "@anyio/core/lowlevel";
import { caught, errorOf } from "#support/caught";
import { outside } from "#support/outside";
import { turn, turns } from "#support/turn";
import { unhandledRejectionsOf } from "#support/unhandled";
import { mayLeak } from "#support/may-leak";

// Deno has no such function.
const timers = (): number | undefined =>
  (process as Partial<NodeJS.Process>).getActiveResourcesInfo?.().filter((resource) => resource === "Timeout").length;

describe("run", () => {
  it("returns what main returns", async () => {
    expect(await run(() => 42, { signals: [] })).toBe(42);
    expect(await run(async () => 43, { signals: [] })).toBe(43);
  });

  it("rejects with what main throws, the very same error", async () => {
    const failure = new Error("main");
    const fail = () => {
      throw failure;
    };

    expect(await errorOf(run(fail, { signals: [] }))).toBe(failure);
    expect(await errorOf(run(async () => fail(), { signals: [] }))).toBe(failure);
  });

  it("calls main in a scope of its own, whose cancellation it throws", async () => {
    const error = await caught(
      run(
        async () => {
          currentScope().cancel("from inside");
          await checkpoint();
        },
        { name: "program", signals: [] },
      ),
      CancelledError,
    );

    expect(error).toMatchObject({ reason: "from inside", scopeName: "program" });
  });

  it("waits for what was left behind in it", mayLeak, async () => {
    const events: string[] = [];

    await run(
      () => {
        void sleepForever().catch(async () => {
          events.push("settled");
        });
      },
      { signals: [] },
    );
    events.push("over");

    expect(events.toSorted()).toEqual(["over", "settled"]);
  });

  it("inside a scope is a child of it", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (scope) => {
      const inner = run(() => sleepForever()).catch((error: unknown) =>
        events.push(isCancelled(error) ? "nested run cancelled" : "?"),
      );
      await turn();
      scope.cancel();
      await inner;
    });

    expect(events).toEqual(["nested run cancelled"]);
  });

  it("inside another run is a child of it, task and time included", () =>
    run(
      async () => {
        const outer = getCurrentTask();
        await run(
          () => {
            expect(getCurrentTask()).toMatchObject({ parentId: outer.id, name: "inner" });
          },
          { name: "inner" },
        );
        expect(await moveOnAfter(5, () => run(() => sleepForever()))).toBeUndefined();
      },
      { signals: [] },
    ));

  it("is structural: it enters in a cancelled scope", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      await run(async () => {
        events.push("main");
        await checkpoint();
      });
    });

    expect(events).toEqual(["main"]);
  });

  it("leaves no listener for signals behind, and puts none there inside of a scope", async () => {
    const counts = () => ["SIGINT", "SIGTERM"].map((signal) => process.listenerCount(signal));
    const before = counts();
    let inside: number[] = [];

    await new CancelScope().run(() => run(() => void (inside = counts())));
    await run(() => turns(2));

    expect(inside).toEqual(before);
    expect(counts()).toEqual(before);
  });

  it("leaves no listener behind when main fails", async () => {
    const before = process.listenerCount("SIGINT");

    await run(() => Promise.reject(new Error("main"))).catch(() => {});

    expect(process.listenerCount("SIGINT")).toBe(before);
  });

  it("is no unhandled rejection when it is cancelled and nobody awaits it", async () => {
    const unhandled = await unhandledRejectionsOf(() =>
      new CancelScope().run(async (scope) => {
        void run(() => sleepForever());
        await turn();
        scope.cancel();
      }),
    );

    expect(unhandled).toEqual([]);
  });

  it("may be used 1,000 times at once", async () => {
    const values = await Promise.all(
      Array.from({ length: 1000 }, (_, i) =>
        run(
          async () => {
            await turn();
            return i;
          },
          { signals: [] },
        ),
      ),
    );

    expect(values).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  it("rejects with TypeError where main is no function", async () => {
    const error = await caught(run("main" as never, { signals: [] }), TypeError);

    expect(error.message).toBe("main must be a function such as () => work(), not main");
    await caught(run(undefined as never), TypeError);
  });

  it("rejects with TypeError for a signal that no process can receive, and leaves nothing behind", async () => {
    const before = [process.listenerCount("SIGUSR2"), timers()];

    const error = await outside(() =>
      caught(
        run(() => 42, { signals: ["SIGUSR2", "SIGKILL"] }),
        TypeError,
      ),
    );

    expect(error.message).toBe("signals must be ones that a process can receive, not SIGUSR2, SIGKILL");
    expect(error.cause).toBeInstanceOf(Error);
    expect([process.listenerCount("SIGUSR2"), timers()]).toEqual(before);
  });
});
