import { failAfter, sleep } from "@anyio/core";
import { withTaskGroup } from "@anyio/task-groups";
import { Cause, Effect, Exit } from "effect";
import * as effection from "effection";
import { describe, expect, it } from "vitest";

// What the README's table says of the others, and of us beside them.
describe("when a scope's body ends, its tasks", () => {
  it("are waited for here", async () => {
    const events: string[] = [];

    await withTaskGroup((tg) => {
      tg.startSoon(async () => {
        await sleep(1);
        events.push("task");
      });
    });
    events.push("after");

    expect(events).toEqual(["task", "after"]);
  });

  it("are interrupted by Effect", async () => {
    const events: string[] = [];
    const task = Effect.never.pipe(Effect.onInterrupt(() => Effect.sync(() => events.push("interrupted"))));

    await Effect.runPromise(
      Effect.gen(function* () {
        yield* Effect.forkChild(task);
        yield* Effect.sleep(1);
        events.push("body");
      }),
    );

    expect(events).toEqual(["body", "interrupted"]);
  });

  it("are halted by Effection", async () => {
    const events: string[] = [];

    await effection.run(function* () {
      void (yield* effection.spawn(function* () {
        try {
          yield* effection.suspend();
        } finally {
          events.push("halted");
        }
      }));
      yield* effection.sleep(1);
      events.push("body");
    });

    expect(events).toEqual(["body", "halted"]);
  });
});

describe("code that catches a cancellation", () => {
  it("is refused here whatever it does next", async () => {
    const refused: unknown[] = [];

    const timeout = failAfter(1, async () => {
      for (let i = 0; i < 3; i++) await sleep(60_000).catch((error: unknown) => refused.push(error));
      return "went on";
    });

    expect(await timeout).toBe("went on");
    expect(refused).toHaveLength(3);
  });

  it.each([
    ["Effect", catchingInEffect],
    ["Effection", catchingInEffection],
  ])("does not exist in %s", async (_name, run) => {
    expect(await run()).not.toContain("caught");
  });
});

describe("cleanup in a plain finally", () => {
  it("is skipped by Effect.gen", async () => {
    expect(await catchingInEffect()).toEqual([]);
  });

  it("runs in Effection, and may wait", async () => {
    expect(await catchingInEffection()).toEqual(["finally", "cleaned up"]);
  });
});

describe("where a task fails, and another one's cleanup too", () => {
  it("both arrive here", async () => {
    const both = withTaskGroup((tg) => {
      tg.startSoon(async () => {
        try {
          await sleep(60_000);
        } finally {
          throw new Error("second");
        }
      });
      tg.startSoon(async () => {
        throw new Error("first");
      });
    });

    await expect(both).rejects.toMatchObject({ errors: [{ message: "first" }, { message: "second" }] });
  });

  it("both are in Effect's Cause", async () => {
    const failing = Effect.sleep(1).pipe(Effect.andThen(Effect.fail("first")));
    const cleaning = Effect.never.pipe(Effect.ensuring(Effect.die("second")));

    const exit = await Effect.runPromiseExit(Effect.all([failing, cleaning], { concurrency: "unbounded" }));

    const text = Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "";
    expect(text).toContain("first");
    expect(text).toContain("second");
  });

  it("the second one arrives from Effection", async () => {
    const task = effection.run(function* () {
      void (yield* effection.spawn(function* () {
        try {
          yield* effection.suspend();
        } finally {
          throw new Error("second");
        }
      }));
      yield* effection.sleep(1);
      throw new Error("first");
    });

    await expect(Promise.resolve(task)).rejects.toThrow("second");
  });

  it("the first one arrives from Promise.all", async () => {
    const second = Promise.reject(new Error("second"));
    const all = Promise.all([Promise.reject(new Error("first")), second]);

    await expect(all).rejects.toThrow("first");
  });
});

async function catchingInEffect(): Promise<string[]> {
  const events: string[] = [];
  const program = Effect.gen(function* () {
    try {
      yield* Effect.never;
    } catch {
      events.push("caught");
    } finally {
      events.push("finally");
      yield* Effect.sleep(1);
      events.push("cleaned up");
    }
  });
  await Effect.runPromiseExit(program.pipe(Effect.timeout(1)));
  return events;
}

async function catchingInEffection(): Promise<string[]> {
  const events: string[] = [];
  const program = effection.call(function* () {
    try {
      yield* effection.suspend();
    } catch {
      events.push("caught");
    } finally {
      events.push("finally");
      yield* effection.sleep(1);
      events.push("cleaned up");
    }
  });
  await effection.run(() => effection.race([program, effection.sleep(1)]));
  return events;
}
