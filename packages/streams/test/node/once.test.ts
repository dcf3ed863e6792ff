import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { CancelScope, moveOnAfter } from "@anyio/core";
import { once } from "@anyio/streams/node";
import { caught, errorOf } from "#support/caught";
import { turns } from "#support/turn";
import { failingAsListenersGo, listenersOf } from "./support/nodes.js";

describe("once", () => {
  it("resolves to the arguments of the next event, and leaves no listener", async () => {
    const emitter = new EventEmitter();
    const waiting = once<[string, number]>(emitter, "greeting");
    await turns(1);

    emitter.emit("other");
    emitter.emit("greeting", "hello", 1);
    emitter.emit("greeting", "again", 2);

    expect(await waiting).toEqual(["hello", 1]);
    expect(listenersOf(emitter)).toEqual({});
  });

  it("resolves to an event also where the emitter fails as it is told that listening ends", async () => {
    const emitter = failingAsListenersGo();
    const waiting = once(emitter, "greeting");

    emitter.emit("greeting", "hello");

    expect(await waiting).toEqual(["hello"]);
  });

  it("listens from the call on", async () => {
    const emitter = new EventEmitter();

    const waiting = once(emitter, "now");
    emitter.emit("now");

    expect(await waiting).toEqual([]);
  });

  it("throws an error event as it is", async () => {
    const failure = new Error("failure");
    const emitter = new EventEmitter();
    const waiting = errorOf(once(emitter, "greeting"));

    emitter.emit("error", failure);

    expect(await waiting).toBe(failure);
    expect(listenersOf(emitter)).toEqual({});
  });

  it("waits for an error event too", async () => {
    const failure = new Error("failure");
    const emitter = new EventEmitter();
    const waiting = once(emitter, "error");

    emitter.emit("error", failure);

    expect(await waiting).toEqual([failure]);
  });

  it("takes symbols", async () => {
    const emitter = new EventEmitter();
    const name = Symbol("name");
    const waiting = once(emitter, name);

    emitter.emit(name, 1);

    expect(await waiting).toEqual([1]);
  });

  it("removes its listeners when it is cancelled", async () => {
    const emitter = new EventEmitter();

    await moveOnAfter(5, () => once(emitter, "never"));

    expect(listenersOf(emitter)).toEqual({});
  });

  it("does not listen in a cancelled scope", async () => {
    const emitter = new EventEmitter();
    const added: unknown[] = [];
    emitter.on("newListener", (name) => added.push(name));
    const scope = new CancelScope();
    scope.cancel();

    await scope.run(() => once(emitter, "never"));

    expect(added).toEqual([]);
  });

  it("waits for the event of an event target", async () => {
    const target = new EventTarget();
    const waiting = once<[Event]>(target, "ready");

    target.dispatchEvent(new Event("error"));
    target.dispatchEvent(new Event("ready"));

    const [event] = await waiting;
    expect(event.type).toBe("ready");
  });

  it("refuses what emits nothing", async () => {
    for (const emitter of [{}, null, undefined, "emitter"]) await caught(once(emitter as never, "x"), TypeError);
  });
});
