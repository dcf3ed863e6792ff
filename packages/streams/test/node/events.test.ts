import { EventEmitter } from "node:events";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CancelScope, moveOnAfter, sleepForever, WouldBlockError } from "@anyio/core";
import { events, type EventsOptions } from "@anyio/streams/node";
import { caught, errorOf } from "#support/caught";
import { check } from "#support/property";
import { turns } from "#support/turn";
import { failingAsListenersGo, listenersOf } from "./support/nodes.js";

const END = { value: undefined, done: true };

describe("events", () => {
  it("gives the events from the call on, in order, as arrays of their arguments", async () => {
    const emitter = new EventEmitter();
    const stream = events<[number, string]>(emitter, "word", { endOn: "end" });
    emitter.emit("word", 1, "one");
    emitter.emit("other", 0);
    emitter.emit("word", 2, "two");
    emitter.emit("end");

    expect(await all(stream)).toEqual([
      [1, "one"],
      [2, "two"],
    ]);
  });

  it("waits for events that have not come yet", async () => {
    const emitter = new EventEmitter();
    const stream = events<[number]>(emitter, "number");

    const first = stream.next();
    const second = stream.next();
    await turns(1);
    emitter.emit("number", 1);
    emitter.emit("number", 2);

    expect(await Promise.all([first, second])).toEqual([
      { value: [1], done: false },
      { value: [2], done: false },
    ]);
    await stream.return();
  });

  it.each([[["close", "end"]], [["end"]]])("ends on any of %s", async (endOn) => {
    const emitter = new EventEmitter();
    const stream = events(emitter, "x", { endOn });
    const waiting = [stream.next(), stream.next()];

    emitter.emit("end");

    expect(await Promise.all(waiting)).toEqual([END, END]);
    expect(await stream.next()).toEqual(END);
    expect(listenersOf(emitter)).toEqual({});
  });

  it("throws an error event as it is, after what came before", async () => {
    const failure = new Error("failure");
    const emitter = new EventEmitter();
    const stream = events(emitter, "x");
    emitter.emit("x", 1);
    emitter.emit("error", failure);

    expect(listenersOf(emitter)).toEqual({});
    expect(await stream.next()).toEqual({ value: [1], done: false });
    expect(await errorOf(stream.next())).toBe(failure);
    expect(await stream.next()).toEqual(END);
  });

  it("throws it to one who waits, and ends the others", async () => {
    const failure = new Error("failure");
    const emitter = new EventEmitter();
    const stream = events(emitter, "x");
    const waiting = [errorOf(stream.next()), stream.next()];

    emitter.emit("error", failure);

    expect(await Promise.all(waiting)).toEqual([failure, END]);
  });

  it("gives error events where it listens for them, and ends on them where told so", async () => {
    const failure = new Error("failure");
    const [emitter, other] = [new EventEmitter(), new EventEmitter()];
    const errors = events(emitter, "error");
    const ended = events(other, "x", { endOn: "error" });
    emitter.emit("error", failure);
    other.emit("error", failure);

    expect(await errors.next()).toEqual({ value: [failure], done: false });
    expect(await ended.next()).toEqual(END);
    await errors.return();
  });

  it("ends when its loop is left", async () => {
    const emitter = new EventEmitter();
    const stream = events(emitter, "x");
    emitter.emit("x", 1);
    emitter.emit("x", 2);

    for await (const _ of stream) break;

    expect(listenersOf(emitter)).toEqual({});
    expect(await stream.next()).toEqual(END);
  });

  it("ends when its loop is left by an error or a cancellation", async () => {
    const emitter = new EventEmitter();
    const [thrown, waiting, busy] = [events(emitter, "x"), events(emitter, "y"), events(emitter, "x")];
    emitter.emit("x");

    await errorOf(
      (async () => {
        for await (const _ of thrown) throw new Error("enough");
      })(),
    );
    await moveOnAfter(2, async () => {
      for await (const _ of waiting) throw new Error("there is none");
    });
    await moveOnAfter(2, async () => {
      for await (const _ of busy) await sleepForever();
    });

    expect(listenersOf(emitter)).toEqual({});
  });

  it("ends a pending next() at once by return(), throw() and disposal", async () => {
    const emitter = new EventEmitter();
    const [returned, thrown, disposed] = [events(emitter, "x"), events(emitter, "x"), events(emitter, "x")];
    const waiting = [returned, thrown, disposed].map((stream) => stream.next());
    const failure = new Error("enough");

    expect(await returned.return()).toEqual(END);
    expect(await errorOf(thrown.throw?.(failure) ?? Promise.resolve())).toBe(failure);
    await disposed[Symbol.asyncDispose]();

    expect(await Promise.all(waiting)).toEqual([END, END, END]);
    expect(listenersOf(emitter)).toEqual({});
  });

  it("goes on after a next() that was cancelled, and loses nothing by it", async () => {
    const emitter = new EventEmitter();
    const stream = events(emitter, "x");

    await moveOnAfter(2, () => stream.next());
    emitter.emit("x", 1);
    const cancelled = new CancelScope();
    cancelled.cancel();
    await cancelled.run(() => stream.next());

    expect(await stream.next()).toEqual({ value: [1], done: false });
    await stream.return();
  });

  it("fails by default when more events wait than it may keep", async () => {
    const emitter = new EventEmitter();
    const stream = events(emitter, "x", { maxBufferSize: 2 });
    for (let i = 1; i <= 4; i++) emitter.emit("x", i);

    expect(listenersOf(emitter)).toEqual({});
    expect(await stream.next()).toEqual({ value: [1], done: false });
    expect(await stream.next()).toEqual({ value: [2], done: false });
    await caught(stream.next(), WouldBlockError);
    expect(await stream.next()).toEqual(END);
  });

  it.each<[EventsOptions, number[]]>([
    [{ overflow: "dropOldest", maxBufferSize: 2 }, [3, 4]],
    [{ overflow: "dropNewest", maxBufferSize: 2 }, [1, 2]],
    [{ overflow: "dropOldest", maxBufferSize: 0 }, []],
    [{ overflow: "dropNewest", maxBufferSize: 0 }, []],
    [{ maxBufferSize: Infinity }, [1, 2, 3, 4]],
  ])("keeps with %o what is left of four", async (options, kept) => {
    const emitter = new EventEmitter();
    const stream = events<[number]>(emitter, "x", { ...options, endOn: "end" });
    for (let i = 1; i <= 4; i++) emitter.emit("x", i);
    emitter.emit("end");

    expect((await all(stream)).flat()).toEqual(kept);
  });

  it("keeps 1,024 unless told otherwise", async () => {
    const emitter = new EventEmitter();
    const stream = events(emitter, "x");
    for (let i = 0; i < 1024; i++) emitter.emit("x", i);
    expect(emitter.listenerCount("x")).toBe(1);

    emitter.emit("x", 1024);

    expect(emitter.listenerCount("x")).toBe(0);
    await stream.return();
  });

  it("gives no events that are of its own listening", async () => {
    const emitter = new EventEmitter();
    const stream = events<[string]>(emitter, "newListener", { endOn: "end" });

    emitter.on("x", () => {});
    emitter.emit("end");

    expect((await all(stream)).map(([name]) => name)).toEqual(["x"]);
  });

  it("has ended where an emitter fails as it is told that listening ends", async () => {
    const emitter = failingAsListenersGo();
    const stream = events(emitter, "x");

    await stream.return();

    expect(await stream.next()).toEqual(END);
    expect(listenersOf(emitter)).toEqual({ removeListener: 1 });
  });

  it("listens to event targets, whose errors are events like others", async () => {
    const target = new EventTarget();
    const stream = events<[Event]>(target, "x", { endOn: "end" });
    for (const name of ["x", "error", "x", "end", "x"]) target.dispatchEvent(new Event(name));

    expect((await all(stream)).map(([event]) => event.type)).toEqual(["x", "x"]);
  });

  it("refuses what it cannot work with before it listens", () => {
    const emitter = new EventEmitter();
    const bad: [EventsOptions, typeof RangeError][] = [
      [{ maxBufferSize: -1 }, RangeError],
      [{ maxBufferSize: 1.5 }, RangeError],
      [{ maxBufferSize: NaN }, RangeError],
      [{ maxBufferSize: "9" as never }, TypeError],
      [{ overflow: "block" as never }, TypeError],
    ];

    for (const [options, type] of bad) expect(() => events(emitter, "x", options)).toThrow(type);
    expect(() => events({} as never, "x")).toThrow(TypeError);
    expect(listenersOf(emitter)).toEqual({});
  });

  it("gives each event to one of those who wait, in order, whatever is cancelled", async () => {
    const steps = fc.array(fc.oneof(fc.constant("emit"), fc.constant("next"), fc.nat(5)), { maxLength: 40 });
    const property = fc.asyncProperty(steps, async (program) => {
      const emitter = new EventEmitter();
      const stream = events<[number]>(emitter, "x", { maxBufferSize: Infinity });
      const got: number[] = [];
      const scopes: CancelScope[] = [];
      const waiting: Promise<unknown>[] = [];
      let emitted = 0;
      for (const step of program) {
        if (step === "emit") emitter.emit("x", emitted++);
        else if (step === "next") {
          const scope = new CancelScope();
          scopes.push(scope);
          waiting.push(scope.run(async () => got.push(...((await stream.next()).value ?? []))));
        } else scopes[step]?.cancel();
        await turns(1);
      }
      const rest = Math.max(emitted - got.length, 0);
      for (let i = 0; i < rest; i++) got.push(...((await stream.next()).value ?? []));
      await stream.return();
      await Promise.all(waiting);

      expect(got).toEqual(Array.from({ length: emitted }, (_, i) => i));
      expect(listenersOf(emitter)).toEqual({});
    });

    await check(property, 200);
  });
});

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
