import { describe, expect, it } from "vitest";
import {
  AnyioError,
  BrokenResourceError,
  BrokenWorkerError,
  BusyResourceError,
  ClosedResourceError,
  EndOfStreamError,
  InvalidStateError,
  TimeoutError,
  TypedAttributeLookupError,
  WouldBlockError,
} from "@anyio/core";

const made: [string, string, AnyioError][] = [
  ["TimeoutError", "ERR_ANYIO_TIMEOUT", new TimeoutError("the block", 5, undefined)],
  ["InvalidStateError", "ERR_ANYIO_INVALID_STATE", new InvalidStateError("not now; do that first")],
  ["ClosedResourceError", "ERR_ANYIO_CLOSED_RESOURCE", new ClosedResourceError()],
  ["BrokenResourceError", "ERR_ANYIO_BROKEN_RESOURCE", new BrokenResourceError()],
  ["BrokenWorkerError", "ERR_ANYIO_BROKEN_WORKER", new BrokenWorkerError("worker 1")],
  ["BusyResourceError", "ERR_ANYIO_BUSY_RESOURCE", new BusyResourceError()],
  ["EndOfStreamError", "ERR_ANYIO_END_OF_STREAM", new EndOfStreamError()],
  ["WouldBlockError", "ERR_ANYIO_WOULD_BLOCK", new WouldBlockError()],
  ["TypedAttributeLookupError", "ERR_ANYIO_TYPED_ATTRIBUTE_LOOKUP", new TypedAttributeLookupError("peerName")],
];

describe.each(made)("%s", (name, code, error) => {
  it("has its class name, a stable code, a message and a stack", () => {
    expect([error.name, error.code]).toEqual([name, code]);
    expect(error.message).not.toBe("");
    expect(error.stack).toContain(name);
    expect(String(error)).toBe(`${name}: ${error.message}`);
  });

  it("is an Error and an AnyioError, and none of the others", () => {
    const kinds = made.filter(([, , other]) => error instanceof other.constructor).map(([other]) => other);

    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(AnyioError);
    expect(kinds).toEqual([name]);
  });

  it("is recognised by a brand where another copy of this package made it", () => {
    const { constructor } = error;
    // What another copy would make: other classes, the same brands.
    const brands = Object.getOwnPropertySymbols(constructor.prototype);
    const foreign = new Error("from another copy");
    for (const brand of brands) {
      Object.defineProperty(foreign, brand, { value: (constructor.prototype as Record<symbol, unknown>)[brand] });
    }

    expect(brands).not.toEqual([]);
    expect(foreign instanceof constructor).toBe(true);
    expect(new Error("x") instanceof constructor).toBe(false);
    expect((null as unknown) instanceof constructor).toBe(false);
  });

  it("keeps its name among the own properties of no instance", () => {
    expect(Object.keys(error)).not.toContain("name");
  });
});

describe.each([
  ["ClosedResourceError", ClosedResourceError],
  ["BrokenResourceError", BrokenResourceError],
  ["BusyResourceError", BusyResourceError],
  ["EndOfStreamError", EndOfStreamError],
  ["WouldBlockError", WouldBlockError],
  ["InvalidStateError", InvalidStateError],
])("%s", (_name, Type) => {
  it("takes a message and a cause", () => {
    const cause = new Error("why");
    const error = new Type("custom", { cause });

    expect(error.message).toBe("custom");
    expect(error.cause).toBe(cause);
  });

  it("has no cause where there is none", () => {
    expect("cause" in new Type("custom")).toBe(false);
  });
});

describe("TimeoutError", () => {
  it("keeps its facts", () => {
    const error = new TimeoutError("the handshake", 100, "the server");

    expect(error).toMatchObject({ scopeName: "the handshake", budget: 100, waitingFor: "the server" });
    expect(error.message).toMatch(/the handshake.*100 ms.*the server/);
  });

  it("does not speak of what was waited for where nothing was", () => {
    expect(new TimeoutError("the block", 100, undefined).message).not.toContain("undefined");
  });
});

describe("TypedAttributeLookupError", () => {
  it("names the attribute and says what to do", () => {
    const error = new TypedAttributeLookupError("peerName");

    expect(error.attribute).toBe("peerName");
    expect(error.message).toMatch(/"peerName".*default/);
  });
});

describe("a subclass", () => {
  it("is an instance of its parents, and they are none of it", () => {
    class MyBrokenError extends BrokenResourceError {}

    expect(new MyBrokenError()).toBeInstanceOf(BrokenResourceError);
    expect(new MyBrokenError()).toBeInstanceOf(MyBrokenError);
    expect(new BrokenResourceError()).not.toBeInstanceOf(MyBrokenError);
  });
});

describe("BrokenWorkerError", () => {
  it.each([
    [[7, null], "worker 1 exited with code 7 before the call was done"],
    [[null, "SIGSEGV"], "worker 1 was killed by SIGSEGV before the call was done"],
    [[], "worker 1 ended before the call was done"],
  ] as const)("says how the worker ended: %j", ([exitCode, signalCode], message) => {
    const error = new BrokenWorkerError("worker 1", exitCode, signalCode);

    expect(error.message).toContain(message);
    expect([error.exitCode, error.signalCode]).toEqual([exitCode ?? null, signalCode ?? null]);
  });
});
