import { describe, expect, it } from "vitest";
import {
  CancelledError,
  CancelScope,
  ExceptionGroup,
  isCancelled,
  rethrowIfCancelled,
  TimeoutError,
} from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import { caught, errorOf } from "#support/caught";

async function cancellation(): Promise<CancelledError> {
  let error: CancelledError | undefined;
  await new CancelScope().run(async (scope) => {
    scope.cancel("test");
    error = await caught(checkpoint(), CancelledError);
  });
  return error as CancelledError;
}

function abortOf(cause: unknown): Error {
  return Object.assign(new Error("aborted", { cause }), { name: "AbortError" });
}

function suppressedOf(error: unknown, suppressed: unknown): Error {
  return Object.assign(new Error("suppressed"), { name: "SuppressedError", error, suppressed });
}

describe("isCancelled", () => {
  it("is true of ours", async () => {
    expect(isCancelled(await cancellation())).toBe(true);
  });

  it("is true of an abort that ours caused", async () => {
    expect(isCancelled(abortOf(await cancellation()))).toBe(true);
  });

  it("is true of a group of nothing else, at any depth", async () => {
    const group = new AggregateError([
      await cancellation(),
      new ExceptionGroup([new ExceptionGroup([await cancellation()]), abortOf(await cancellation())]),
      suppressedOf(await cancellation(), await cancellation()),
    ]);

    expect(isCancelled(group)).toBe(true);
  });

  it("is false of a group of which one member is something else", async () => {
    expect(isCancelled(new ExceptionGroup([await cancellation(), new Error("real")]))).toBe(false);
    expect(isCancelled(suppressedOf(await cancellation(), new Error("real")))).toBe(false);
  });

  it.each([
    ["an abort that somebody else caused", abortOf(undefined)],
    ["an abort caused by another error", abortOf(new Error("user"))],
    ["an error", new Error("x")],
    ["a TimeoutError", new TimeoutError("x", 1, undefined)],
    ["an empty AggregateError", new AggregateError([])],
    ["undefined", undefined],
    ["null", null],
    ["a string", "AbortError"],
    ["an object that looks like one", { name: "AbortError", code: "ABORT_ERR" }],
  ])("is false of %s", (_name, error) => {
    expect(isCancelled(error)).toBe(false);
  });

  it("is false of an error whose cause is a cancellation", async () => {
    expect(isCancelled(new Error("failed because cancelled", { cause: await cancellation() }))).toBe(false);
  });
});

describe("rethrowIfCancelled", () => {
  it("throws a cancellation on, the very same", async () => {
    const error = await cancellation();

    expect(await errorOf(Promise.resolve().then(() => rethrowIfCancelled(error)))).toBe(error);
  });

  it("lets everything else pass", () => {
    rethrowIfCancelled(new Error("x"));
    rethrowIfCancelled(undefined);
    rethrowIfCancelled(new AggregateError([]));
  });

  it("ends a loop that catches everything", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (scope) => {
      for (;;) {
        try {
          events.push("step");
          if (events.length === 3) scope.cancel();
          await checkpoint();
          throw new Error("step failed");
        } catch (error) {
          rethrowIfCancelled(error);
        }
      }
    });

    expect(events).toEqual(["step", "step", "step"]);
  });
});

describe("absorption in groups", () => {
  it("takes cancellations out of an AggregateError and throws the rest on", async () => {
    const [a, b] = [new Error("a"), new Error("b")];
    const scope = new CancelScope();

    const error = await errorOf(
      scope.run(async () => {
        scope.cancel();
        throw new AggregateError([a, await errorOf(checkpoint()), b], "several");
      }),
    );

    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors).toEqual([a, b]);
    expect((error as AggregateError).message).toBe("several");
    expect(scope.cancelledCaught).toBe(false);
  });

  it("throws one that is left as itself, at every level", async () => {
    const [a, b, c] = [new Error("a"), new Error("b"), new Error("c")];
    const strip = (make: (cancelled: unknown) => unknown) =>
      errorOf(
        new CancelScope().run(async (scope) => {
          scope.cancel();
          throw make(await errorOf(checkpoint()));
        }),
      );

    expect(await strip((x) => new AggregateError([x, a]))).toBe(a);
    expect(await strip((x) => new AggregateError([x, new AggregateError([a, x])]))).toBe(a);
    const nested = await strip((x) => new ExceptionGroup([new ExceptionGroup([x, a]), new ExceptionGroup([b, x, c])]));
    expect((nested as ExceptionGroup).errors[0]).toBe(a);
    expect(((nested as ExceptionGroup).errors[1] as ExceptionGroup).errors).toEqual([b, c]);
  });

  it("keeps a group in which nothing was cancelled as it is", async () => {
    const group = new AggregateError([new Error("a")]);

    const error = await errorOf(
      new CancelScope().run((scope) => {
        scope.cancel();
        throw group;
      }),
    );

    expect(error).toBe(group);
  });

  it("keeps an AggregateError without members", async () => {
    const empty = new AggregateError([], "none");

    const error = await errorOf(
      new CancelScope().run((scope) => {
        scope.cancel();
        throw empty;
      }),
    );

    expect(error).toBe(empty);
  });

  it("is complete where a group is nothing but cancellations", async () => {
    const scope = new CancelScope();

    await scope.run(async () => {
      scope.cancel();
      throw new AggregateError([await errorOf(checkpoint()), new AggregateError([await errorOf(checkpoint())])]);
    });

    expect(scope.cancelledCaught).toBe(true);
  });

  it.each(["error", "suppressed"] as const)("takes a cancellation out of a SuppressedError's %s", async (half) => {
    const real = new Error("real");

    const error = await errorOf(
      new CancelScope().run(async (scope) => {
        scope.cancel();
        const cancelled = await errorOf(checkpoint());
        throw half === "error" ? suppressedOf(cancelled, real) : suppressedOf(real, cancelled);
      }),
    );

    expect(error).toBe(real);
  });

  it("does not touch a group that travels on to an outer cancelled scope, and it is taken out there", async () => {
    const real = new Error("real");
    const outer = new CancelScope();
    const seen: unknown[] = [];

    const error = await errorOf(
      outer.run(async () => {
        outer.cancel();
        try {
          await new CancelScope().run(async (inner) => {
            inner.cancel();
            throw new AggregateError([real, await errorOf(checkpoint())]);
          });
        } catch (travelling) {
          seen.push((travelling as AggregateError).errors.length);
          throw travelling;
        }
      }),
    );

    expect(seen).toEqual([2]);
    expect(error).toBe(real);
  });

  it("reaches 1,000 levels down", async () => {
    const real = new Error("real");
    let error: unknown;

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      const cancelled = await errorOf(checkpoint());
      let nested: unknown = new AggregateError([cancelled, real]);
      for (let i = 0; i < 1000; i++) nested = new AggregateError([nested, cancelled]);
      error = await errorOf(
        new CancelScope({ shield: true }).run((inner) => {
          inner.cancel();
          throw nested;
        }),
      );
    });

    expect(error).toBe(real);
  });
});
