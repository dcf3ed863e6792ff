import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { CancelledError, CancelScope, moveOnAfter, run, sleepForever, type CancelSource } from "@anyio/core";
import { cancelSiblings, checkpoint } from "@anyio/core/lowlevel";
import { caught } from "#support/caught";
import { virtually } from "#support/virtual-clock";
import { mayLeak } from "#support/may-leak";

/** The error that strikes in `scope` once `cancel` was called. */
async function strikeOf(scope: CancelScope, cancel: () => unknown): Promise<CancelledError> {
  let error: CancelledError | undefined;
  await scope.run(async () => {
    const waiting = caught(sleepForever(), CancelledError);
    await cancel();
    error = await waiting;
  });
  if (error === undefined) throw new Error("nothing struck");
  return error;
}

describe("CancelledError", () => {
  it("looks like an abort of the platform", async () => {
    const scope = new CancelScope();
    const error = await strikeOf(scope, () => scope.cancel());

    expect([error.name, error.code]).toEqual(["AbortError", "ABORT_ERR"]);
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(CancelledError);
  });

  it("tells who cancelled what, and why", () =>
    run(
      async () => {
        const scope = new CancelScope({ name: "download" });
        const error = await strikeOf(scope, () => scope.cancel("disk full"));

        expect(error).toMatchObject({
          source: "cancel",
          scopeName: "download",
          taskName: "manager",
          reason: "disk full",
        });
        expect(error.message).toMatch(/download.*manager.*disk full/);
      },
      { name: "manager", signals: [] },
    ));

  it("names the scope that was cancelled, not the one it strikes in", async () => {
    const outer = new CancelScope({ name: "outer" });
    let error: CancelledError | undefined;

    await outer.run(() =>
      new CancelScope({ name: "inner" }).run(async () => {
        outer.cancel();
        error = await caught(checkpoint(), CancelledError);
      }),
    );

    expect(error?.scopeName).toBe("outer");
  });

  it("has its reason as cause where that is an error", async () => {
    const scope = new CancelScope();
    const reason = new Error("disk full");
    const error = await strikeOf(scope, () => scope.cancel(reason));

    expect(error.reason).toBe(reason);
    expect(error.cause).toBe(reason);
    expect(error.message).toContain("disk full");
  });

  it("has no cause where its reason is no error", async () => {
    const scope = new CancelScope();
    const error = await strikeOf(scope, () => scope.cancel({ code: 7 }));

    expect("cause" in error).toBe(false);
    expect(error.reason).toEqual({ code: 7 });
  });

  it("is a new one for each delivery", async () => {
    await new CancelScope().run(async (scope) => {
      const waiting = [caught(sleepForever(), CancelledError), caught(sleepForever(), CancelledError)];
      scope.cancel();
      const errors = await Promise.all([...waiting, caught(checkpoint(), CancelledError)]);

      expect(new Set(errors).size).toBe(3);
    });
  });

  it("is cheap: it has no frames outside debug mode", async () => {
    const scope = new CancelScope();
    const error = await strikeOf(scope, () => scope.cancel());

    expect(error.stack).not.toMatch(/\n\s+at /);
  });

  it("does not disturb the stacks of other errors", async () => {
    const limit = Error.stackTraceLimit;
    const scope = new CancelScope();
    await strikeOf(scope, () => scope.cancel());

    expect(Error.stackTraceLimit).toBe(limit);
  });

  it("has a stack in debug mode", () =>
    run(
      async () => {
        const scope = new CancelScope();
        const error = await strikeOf(scope, () => scope.cancel());

        expect(error.stack).toMatch(/\n\s+at |@/);
      },
      { debug: true, signals: [] },
    ));

  it("shows itself as an error, in one line outside debug mode", async () => {
    const scope = new CancelScope({ name: "download" });
    const error = await strikeOf(scope, () => scope.cancel("disk full"));

    expect(String(error)).toMatch(/^AbortError: .*download.*disk full$/);
    expect(inspect(error)).toMatch(/AbortError.*download.*disk full/);
    expect(inspect(error)).not.toMatch(/\n\s+at /);
  });

  it("is recognised by a brand, not by its class alone", async () => {
    const scope = new CancelScope();
    const error = await strikeOf(scope, () => scope.cancel());
    const copy = Object.create(Object.getPrototypeOf(error) as object) as unknown;

    expect(copy instanceof CancelledError).toBe(true);
    expect(Object.assign(new Error("aborted"), { name: "AbortError" }) instanceof CancelledError).toBe(false);
    expect((null as unknown) instanceof CancelledError).toBe(false);
  });

  describe("source", () => {
    const sources: Record<CancelSource, () => Promise<CancelledError>> = {
      cancel: () => {
        const scope = new CancelScope();
        return strikeOf(scope, () => scope.cancel());
      },
      deadline: () => virtually((clock) => strikeOf(new CancelScope({ deadline: 10 }), () => clock.advance(10))),
      signal: () => {
        const controller = new AbortController();
        return strikeOf(new CancelScope({ signal: controller.signal }), () => controller.abort("gone"));
      },
      sibling: () => {
        const scope = new CancelScope();
        return strikeOf(scope, () => cancelSiblings(scope, new Error("task failed")));
      },
      exit: async () => {
        let left: Promise<CancelledError> | undefined;
        await new CancelScope().run(() => {
          left = caught(sleepForever(), CancelledError);
        });
        return await (left as Promise<CancelledError>);
      },
      // Needs a process of its own: run.signals.test.ts has it.
      shutdown: () => Promise.resolve({ source: "shutdown", name: "AbortError", message: "-" } as CancelledError),
    };

    it.each(Object.entries(sources))("is %s", mayLeak, async (source, strike) => {
      const error = await strike();

      expect(error.source).toBe(source);
      expect(error.name).toBe("AbortError");
      expect(error.message).not.toBe("");
    });

    it("is the reason of the AbortSignal's that cancelled", async () => {
      const controller = new AbortController();
      const reason = new Error("gone");
      const error = await strikeOf(new CancelScope({ signal: controller.signal }), () => controller.abort(reason));

      expect(error.reason).toBe(reason);
      expect(error.cause).toBe(reason);
    });
  });

  it("says where it struck when it is a deadline that nobody handled", () =>
    virtually(async (clock) => {
      let error: CancelledError | undefined;

      const left = moveOnAfter(10, async () => {
        error = await caught(sleepForever(), CancelledError);
        throw error;
      });
      await clock.advance(10);
      await left;

      expect(error?.message).toMatch(/deadline/);
    }));
});
