import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { CancelledError, CancelScope, failAfter, InvalidStateError, moveOnAfter } from "@anyio/core";
import { bindScope, checkpoint, currentScope } from "@anyio/core/lowlevel";
import { caught } from "#support/caught";
import { outside } from "#support/outside";

describe("currentScope", () => {
  it("is the innermost scope", async () => {
    await new CancelScope().run(async (outer) => {
      expect(currentScope()).toBe(outer);
      await new CancelScope().run((inner) => expect(currentScope()).toBe(inner));
      expect(currentScope()).toBe(outer);
    });
  });

  it("is the same object each time, also in the scope of a function that made none", async () => {
    await failAfter(100, () => expect(currentScope()).toBe(currentScope()));
    await moveOnAfter(100, (scope) => expect(currentScope()).toBe(scope));
  });

  it("outside every scope is one that cannot be cancelled", () =>
    outside(async () => {
      expect(currentScope()).toBe(currentScope());
      expect(() => currentScope().cancel()).toThrow(InvalidStateError);
      await checkpoint();
    }));

  it("cancels what it is the scope of", async () => {
    const value = await moveOnAfter(1000, async () => {
      currentScope().cancel();
      await checkpoint();
      return "not reached";
    });

    expect(value).toBeUndefined();
  });
});

describe("bindScope", () => {
  it("calls the function in the scope of the binding, whoever calls it", async () => {
    const emitter = new EventEmitter();
    const scope = new CancelScope();
    const seen: CancelScope[] = [];

    await scope.run(async () => {
      emitter.on("event", () => seen.push(currentScope()));
      emitter.on(
        "event",
        bindScope(() => seen.push(currentScope())),
      );
      await new CancelScope().run((other) => {
        emitter.emit("event");
        expect(seen[0]).toBe(other);
        expect(seen[1]).toBe(scope);
      });
    });
  });

  it("passes arguments, the result and what is thrown", async () => {
    const add = await new CancelScope().run(() => bindScope((a: number, b: number) => a + b));
    const fail = bindScope(() => {
      throw new RangeError("no");
    });

    expect(add?.(1, 2)).toBe(3);
    expect(fail).toThrow(RangeError);
  });

  it("begins operations that are cancelled with that scope", async () => {
    const scope = new CancelScope();

    await scope.run(async () => {
      const check = bindScope(() => checkpoint());
      scope.cancel();
      const other = new CancelScope({ shield: true });
      await other.run(() => caught(check(), CancelledError));
    });
  });

  it("keeps the caller's other AsyncLocalStorage values", async () => {
    const storage = new AsyncLocalStorage<string>();
    const read = await storage.run("binder", () => new CancelScope().run(() => bindScope(() => storage.getStore())));

    expect(storage.run("caller", () => read?.())).toBe("caller");
  });

  it("falls to the nearest open ancestor once its scope has been left", async () => {
    await new CancelScope().run(async (outer) => {
      const late = await new CancelScope().run(() => new CancelScope().run(() => bindScope(() => currentScope())));

      expect(late?.()).toBe(outer);
    });
  });
});
