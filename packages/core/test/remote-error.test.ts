import { describe, expect, it } from "vitest";
import { CancelScope, CancelledError, isCancelled, sleep, TimeoutError } from "@anyio/core";
import { encodeError, reviveError } from "@anyio/core/workers";
import { errorOf } from "#support/caught";

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

describe("encodeError", () => {
  it("names the built-in class", () => {
    class Odd extends SyntaxError {}

    expect(encodeError(new Odd("odd")).type).toBe("SyntaxError");
    expect(encodeError(new DOMException("enough", "AbortError")).type).toBe("DOMException");
  });
});
