import { describe, expect, it } from "vitest";
import { CancelScope, ExceptionGroup, handleGroup, isCancelled, on } from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import { errorOf } from "#support/caught";
import { turn } from "#support/turn";
import { unhandledRejectionsOf } from "#support/unhandled";

const [a, b, c] = [new RangeError("a"), new TypeError("b"), new SyntaxError("c")];

describe("handleGroup", () => {
  it("gives each clause a group of the matching leaves, in clause order, each awaited", async () => {
    const events: string[] = [];
    const record = (name: string) => async (group: ExceptionGroup) => {
      events.push(`${name} began with ${group.leaves().join(", ")}`);
      await turn();
      events.push(`${name} ended`);
    };

    await handleGroup(
      new ExceptionGroup([a, b, new ExceptionGroup([a])]),
      on(TypeError, record("types")),
      on(RangeError, record("ranges")),
    );

    expect(events).toEqual([
      "types began with TypeError: b",
      "types ended",
      "ranges began with RangeError: a, RangeError: a",
      "ranges ended",
    ]);
  });

  it("gives a leaf to the first clause that matches, alone", async () => {
    const seen: string[] = [];

    await handleGroup(
      new ExceptionGroup([a, b]),
      on(Error, (group) => seen.push(`all ${group.leaves().length}`)),
      on(RangeError, () => seen.push("ranges")),
    );

    expect(seen).toEqual(["all 2"]);
  });

  it("does not call a clause that nothing matches", async () => {
    const seen: string[] = [];

    const error = await errorOf(
      handleGroup(
        new ExceptionGroup([a]),
        on(TypeError, () => seen.push("types")),
      ),
    );

    expect(seen).toEqual([]);
    expect((error as ExceptionGroup).errors).toEqual([a]);
  });

  it("keeps the nesting in the group that it gives", async () => {
    let given: ExceptionGroup | undefined;

    await handleGroup(
      new ExceptionGroup([new ExceptionGroup([a], "inner")], "outer"),
      on(RangeError, (group) => void (given = group)),
    );

    expect(given?.errors[0]).toBeInstanceOf(ExceptionGroup);
  });

  it("takes predicates", async () => {
    const seen: unknown[] = [];

    await handleGroup(
      new ExceptionGroup([a, "thrown"]),
      on(
        (leaf) => typeof leaf === "string",
        (group) => seen.push(...group.leaves()),
      ),
      on(RangeError, (group) => seen.push(...group.leaves())),
    );

    expect(seen).toEqual(["thrown", a]);
  });

  it("treats a plain error as a group of one", async () => {
    const seen: unknown[] = [];

    await handleGroup(
      a,
      on(RangeError, (group) => {
        seen.push(group instanceof ExceptionGroup, ...group.errors);
      }),
    );

    expect(seen).toEqual([true, a]);
  });

  it("throws a plain error that no clause took as it is", async () => {
    expect(
      await errorOf(
        handleGroup(
          a,
          on(TypeError, () => {}),
        ),
      ),
    ).toBe(a);
    expect(await errorOf(handleGroup("thrown"))).toBe("thrown");
  });

  it("throws a group of which no clause took anything as it is", async () => {
    const group = new ExceptionGroup([a, b]);

    expect(
      await errorOf(
        handleGroup(
          group,
          on(SyntaxError, () => {}),
        ),
      ),
    ).toBe(group);
  });

  it("throws one that is left as itself", async () => {
    expect(
      await errorOf(
        handleGroup(
          new ExceptionGroup([a, b]),
          on(TypeError, () => {}),
        ),
      ),
    ).toBe(a);
  });

  it("throws one that is left deep down as itself", async () => {
    const group = new ExceptionGroup([new ExceptionGroup([new ExceptionGroup([a, b])]), b]);

    expect(
      await errorOf(
        handleGroup(
          group,
          on(TypeError, () => {}),
        ),
      ),
    ).toBe(a);
  });

  it("throws several that are left as a group", async () => {
    const error = await errorOf(
      handleGroup(
        new ExceptionGroup([a, b, c], "three"),
        on(TypeError, () => {}),
      ),
    );

    expect(error).toBeInstanceOf(ExceptionGroup);
    expect((error as ExceptionGroup).errors).toEqual([a, c]);
  });

  it("throws what a clause throws as itself, when nothing else is left", async () => {
    const failure = new Error("while handling");

    const error = await errorOf(
      handleGroup(
        new ExceptionGroup([a, b]),
        on(Error, () => {
          throw failure;
        }),
      ),
    );

    expect(error).toBe(failure);
  });

  it("throws what is left and what the clauses throw, together, and goes through all clauses first", async () => {
    const failure = new Error("while handling");
    const seen: string[] = [];

    const error = await errorOf(
      handleGroup(
        new ExceptionGroup([a, b, c]),
        on(RangeError, () => Promise.reject(failure)),
        on(TypeError, () => seen.push("types")),
      ),
    );

    expect(seen).toEqual(["types"]);
    expect(error).toBeInstanceOf(ExceptionGroup);
    expect(new Set((error as ExceptionGroup).errors)).toEqual(new Set([c, failure]));
  });

  it("is complete when every leaf was taken", async () => {
    expect(
      await handleGroup(
        new ExceptionGroup([a, b]),
        on(Error, () => {}),
      ),
    ).toBeUndefined();
  });

  it("throws a cancellation on untouched, whatever the clauses say", async () => {
    const seen: string[] = [];

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      const cancelled = await errorOf(checkpoint());
      const error = await errorOf(
        handleGroup(
          cancelled,
          on(Error, () => seen.push("clause")),
        ),
      );
      expect(error).toBe(cancelled);
    });

    expect(seen).toEqual([]);
  });

  it("runs its clauses in a cancelled scope, where they decide", async () => {
    const seen: string[] = [];

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      await handleGroup(
        a,
        on(Error, async () => {
          seen.push("clause");
          await checkpoint();
        }),
      );
    });

    expect(seen).toEqual(["clause"]);
  });

  it("is no unhandled rejection where a cancellation came through it and nobody awaits", async () => {
    const unhandled = await unhandledRejectionsOf(() =>
      new CancelScope().run(async (scope) => {
        scope.cancel();
        const cancelled = await errorOf(checkpoint());
        void handleGroup(cancelled);
        void handleGroup(
          a,
          on(Error, () => checkpoint()),
        );
        await turn();
      }),
    );

    expect(unhandled.filter(isCancelled)).toEqual([]);
  });
});
