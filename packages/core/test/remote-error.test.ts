import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CancelScope, CancelledError, ExceptionGroup, isCancelled, sleep, TimeoutError } from "@anyio/core";
import { encodeError, framesOf, isCancellation, reviveError } from "@anyio/core/workers";
import { errorOf } from "#support/caught";
import { check } from "#support/property";

/** What arrives of what was thrown. */
function sent(thrown: unknown): unknown {
  return reviveError(structuredClone(encodeError(thrown)), "worker 1", "    at caller");
}

describe("reviveError", () => {
  it("makes of an encoded error what it was", () => {
    const thrown = Object.assign(new RangeError("too far", { cause: new TypeError("why") }), {
      code: "E_FAR",
      fn() {},
    });
    const error = sent(thrown) as RangeError;

    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: "too far", code: "E_FAR", cause: { message: "why" } });
    expect("fn" in error).toBe(false);
    expect(error.stack).toMatch(/^RangeError: too far\n {4}at caller\n {4}in worker 1:\n/);
  });

  it.each([undefined, null, "a text", { code: 1 }])("gives back what is no error: %j", (thrown) => {
    expect(sent(thrown)).toEqual(thrown);
  });

  it("makes a text of what cannot be sent", () => {
    expect(sent(() => 1)).toBe("() => 1");
    expect(sent({ toString: null, fn() {} })).toBe("a value that cannot be shown");
  });

  it("keeps the members of a group, and stops where a cause goes round", () => {
    const round = new Error("round");
    round.cause = round;

    expect((sent(new AggregateError([new RangeError("one"), 2])) as AggregateError).errors).toEqual([
      new RangeError("one"),
      2,
    ]);
    expect((sent(round) as Error).cause).toBe("a cause that goes round");
  });

  it("has errors of ours be recognised", () => {
    expect(sent(new TimeoutError("the block", 5, undefined))).toBeInstanceOf(TimeoutError);
  });

  it("has a cancellation be one, with all that it tells", async () => {
    const scope = new CancelScope({ name: "download" });
    let thrown: unknown;
    await scope.run(async () => {
      scope.cancel(new RangeError("too much"));
      thrown = await errorOf(sleep(1));
    });
    const error = sent(thrown) as CancelledError;

    expect([isCancelled(error), error instanceof CancelledError]).toEqual([true, true]);
    expect(error).toMatchObject({ name: "AbortError", code: "ABORT_ERR", source: "cancel", scopeName: "download" });
    expect(error.reason).toEqual(new RangeError("too much"));
    expect(error.message).toBe((thrown as Error).message);
  });
});

describe("reviveError, a group", () => {
  it("is an ExceptionGroup again, at every level", () => {
    const inner = new ExceptionGroup([new TypeError("no number"), new SyntaxError("no text")], "inside");
    const thrown = new ExceptionGroup([new RangeError("too far"), inner], "outside");
    const group = sent(thrown) as ExceptionGroup;

    expect(group).toBeInstanceOf(ExceptionGroup);
    expect(group.message).toBe(thrown.message);
    expect(group.leaves().map(String)).toEqual(["RangeError: too far", "TypeError: no number", "SyntaxError: no text"]);
    expect(group.subgroup(SyntaxError)?.message).toBe(thrown.subgroup(SyntaxError)?.message);
  });

  it("has one of its errors as its cause, where that was so", () => {
    const [first, second] = [new RangeError("first"), new TypeError("second")];
    const group = sent(new ExceptionGroup([first, second], "both", { cause: second })) as ExceptionGroup;

    expect(group.cause).toBe(group.errors[1]);
  });

  it("stays a plain AggregateError where it was one", () => {
    const error = sent(new AggregateError([1, 2], "both")) as AggregateError;

    expect([error instanceof ExceptionGroup, error.message, error.errors]).toEqual([false, "both", [1, 2]]);
  });
});

describe("framesOf", () => {
  it("is the stack without its header and the library's own frames", () => {
    const error = Object.assign(new Error(), { stack: "Error\n    at ours\n    at caller\n    at main" });

    expect(framesOf(error, 1)).toBe("    at caller\n    at main");
  });
});

describe("isCancellation", () => {
  it("knows a cancellation, also one that was sent", async () => {
    const scope = new CancelScope();
    let thrown: unknown;
    await scope.run(async () => {
      scope.cancel();
      thrown = await errorOf(sleep(1));
    });

    expect([thrown, sent(thrown)].map(isCancellation)).toEqual([true, true]);
    expect([new Error("no"), new DOMException("no", "AbortError"), null, "no"].map(isCancellation)).toEqual(
      Array.from({ length: 4 }, () => false),
    );
  });
});

describe("encodeError", () => {
  it.each([
    [
      "a property that cannot be read",
      () => Object.defineProperty(new RangeError("far"), "detail", { get: fail, enumerable: true }),
      "RangeError: far",
    ],
    [
      "a message that is no text",
      () => Object.assign(new Error(), { message: Object.create(null) as string }),
      /cannot be shown/,
    ],
    [
      "a message that cannot be read",
      () => Object.defineProperty(new Error(), "message", { get: fail }),
      /cannot be shown/,
    ],
    ["a name that cannot be read", () => Object.defineProperty(new Error("far"), "name", { get: fail }), "Error: far"],
    [
      "a stack that cannot be read",
      () => Object.defineProperty(new Error("far"), "stack", { get: fail }),
      "Error: far",
    ],
    [
      "a cause that cannot be read",
      () => Object.defineProperty(new Error("far"), "cause", { get: fail }),
      "Error: far",
    ],
    [
      "members that are none",
      () => Object.defineProperty(new AggregateError([], "all"), "errors", { value: 7 }),
      "AggregateError: all",
    ],
    ["a code that cannot be read", () => Object.defineProperty(new Error("far"), "code", { get: fail }), "Error: far"],
    [
      "no constructor",
      () => Object.setPrototypeOf(new Error("far"), Object.create(Error.prototype, { constructor: {} })),
      "Error: far",
    ],
    ["a revoked proxy", revoked, "a value that cannot be shown"],
    ["a proxy that refuses all", () => new Proxy(new Error("far"), { get: fail, has: fail, ownKeys: fail }), /Error: /],
  ] as [string, () => unknown, string | RegExp][])("never throws: %s", (_what, make, text) => {
    expect(String(sent(make()))).toMatch(text);
  });

  it("never throws: causes without end", () => {
    let deep = new Error("the first");
    for (let i = 0; i < 20_000; i++) deep = new Error(`cause ${i}`, { cause: deep });

    let error: unknown = sent(deep);
    let depth = 0;
    while (error instanceof Error) [error, depth] = [error.cause, depth + 1];

    expect([error, depth]).toEqual(["a cause that lies too deep", 100]);
  });

  it("encodes each error once, wherever it is: a group that holds the same ones again and again", () => {
    let group: Error = new RangeError("the first");
    for (let i = 0; i < 50; i++) group = new AggregateError([group, group], `group ${i}`, { cause: group });

    let error = sent(group);
    let depth = 0;
    for (; error instanceof AggregateError; depth++) {
      const [one, other] = error.errors as Error[];
      expect([one === other, one === error.cause]).toEqual([true, true]);
      error = one;
    }

    expect([(error as Error).message, depth]).toEqual(["the first", 50]);
  });

  it("says what a getter says once, and what can be sent always", async () => {
    const odd = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true, withNullPrototype: true }),
      fc.constantFrom(fail, Symbol("no"), new Error("inner"), Promise.resolve()),
    );
    const key = fc.constantFrom("name", "message", "stack", "cause", "errors", "code", "detail", "reason");
    await check(
      fc.asyncProperty(fc.array(fc.tuple(key, odd, fc.boolean())), fc.boolean(), async (properties, isGroup) => {
        const error = isGroup ? new AggregateError([]) : new RangeError("far");
        // Engines make the stack as late as they can, of the name and the message.
        void error.stack;
        for (const [name, value, isHidden] of properties) {
          let reads = 0;
          const get = (): unknown => (isHidden || reads++ > 0 ? fail() : value);
          Object.defineProperty(error, name, { get, enumerable: true, configurable: true });
        }
        expect(sent(error)).toBeInstanceOf(Error);
      }),
      200,
    );
  });

  it("names the built-in class", () => {
    class Odd extends SyntaxError {}

    expect(encodeError(new Odd("odd")).type).toBe("SyntaxError");
    expect(encodeError(new DOMException("enough", "AbortError")).type).toBe("DOMException");
  });
});

function fail(): never {
  throw new Error("gone");
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable(new Error("far"), {});
  revoke();
  return proxy;
}
