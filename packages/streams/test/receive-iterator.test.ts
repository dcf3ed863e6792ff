import {
  BrokenResourceError,
  BusyResourceError,
  CancelScope,
  EndOfStreamError,
  isCancelled,
  waitAllTasksBlocked,
} from "@anyio/core";
import { suspend, type Suspension, WaitQueue } from "@anyio/core/lowlevel";
import { ObjectReceiveStream } from "@anyio/streams";
import { describe, expect, it } from "vitest";
import { errorOf } from "#support/caught";
import { unhandledRejectionsOf } from "#support/unhandled";
import { mayLeak } from "#support/may-leak";

/** A stream that hands over what it is told to, when it is told to. */
class Told extends ObjectReceiveStream<number> {
  readonly queue = new WaitQueue<number>();
  isClosed = false;

  override receive(): Promise<number> {
    return this.queue.wait("a number");
  }

  override close(): void {
    this.isClosed = true;
  }
}

/** A stream whose receive is not interrupted by a cancellation. */
class Stubborn extends ObjectReceiveStream<number> {
  waiter: Suspension<number> | undefined;

  override receive(): Promise<number> {
    return suspend("a number", (waiter) => {
      this.waiter = waiter;
      return () => false;
    });
  }

  override close(): void {}
}

const DONE = { value: undefined, done: true };

describe("iterating over a stream", () => {
  it("receives to the end, and stays there", async () => {
    const stream = new Told();
    const iterator = stream[Symbol.asyncIterator]();

    const first = iterator.next();
    stream.queue.wake(1);
    const last = iterator.next();
    stream.queue.fail(new EndOfStreamError());

    expect([await first, await last, await iterator.next()]).toEqual([{ value: 1, done: false }, DONE, DONE]);
    expect(stream.queue.size).toBe(0);
  });

  it("hands over undefined like anything else", async () => {
    const stream = new Told();
    const next = stream[Symbol.asyncIterator]().next();

    stream.queue.wake(undefined as unknown as number);

    expect(await next).toEqual({ value: undefined, done: false });
  });

  it("leaves the stream open when a loop is left", async () => {
    const stream = new Told();
    const looped = (async () => {
      for await (const item of stream) if (item === 2) return item;
      return undefined;
    })();

    for (const item of [1, 2]) {
      await waitAllTasksBlocked();
      stream.queue.wake(item);
    }

    expect([await looped, stream.isClosed]).toEqual([2, false]);
  });

  it.each(["return", "throw"] as const)(
    "settles a pending next() at once on %s(), which loses nothing",
    async (how) => {
      const stream = new Told();
      const iterator = stream[Symbol.asyncIterator]();
      const pending = iterator.next();

      const failure = new Error("enough");
      const told = how === "return" ? iterator.return?.() : errorOf(iterator.throw?.(failure) ?? Promise.resolve());

      expect(stream.queue.size).toBe(0);
      expect(await told).toEqual(how === "return" ? DONE : failure);
      expect([await pending, await iterator.next()]).toEqual([DONE, DONE]);
    },
  );

  it("delivers what had come before return()", async () => {
    const stream = new Told();
    const iterator = stream[Symbol.asyncIterator]();
    const pending = iterator.next();

    stream.queue.wake(1);
    await iterator.return?.();

    expect(await pending).toEqual({ value: 1, done: false });
  });

  it("delivers what comes after return() from a stream that does not let go", async () => {
    const stream = new Stubborn();
    const iterator = stream[Symbol.asyncIterator]();
    const pending = iterator.next();

    await iterator.return?.();
    stream.waiter?.resume(1);

    expect(await pending).toEqual({ value: 1, done: false });
    expect(await iterator.next()).toEqual(DONE);
  });

  it("throws what the stream fails with after return()", async () => {
    const stream = new Stubborn();
    const iterator = stream[Symbol.asyncIterator]();
    const pending = errorOf(iterator.next());
    const failure = new BrokenResourceError();

    await iterator.return?.();
    stream.waiter?.throw(failure);

    expect(await pending).toBe(failure);
  });

  it("hands over to several next() at once, in order", async () => {
    const stream = new Told();
    const iterator = stream[Symbol.asyncIterator]();

    const [first, second, third] = [iterator.next(), iterator.next(), iterator.next()];
    stream.queue.wake(1);
    stream.queue.wake(2);
    await iterator.return?.();

    expect(await Promise.all([first, second, third])).toEqual([
      { value: 1, done: false },
      { value: 2, done: false },
      DONE,
    ]);
  });

  it("goes on after an error, for that is not the end", async () => {
    const stream = new Told();
    const iterator = stream[Symbol.asyncIterator]();

    const failed = errorOf(iterator.next());
    stream.queue.fail(new BusyResourceError());
    await failed;
    const next = iterator.next();
    stream.queue.wake(1);

    expect(await next).toEqual({ value: 1, done: false });
  });

  it("goes on after a cancelled next(), which loses nothing", async () => {
    const stream = new Told();
    const iterator = stream[Symbol.asyncIterator]();
    const scope = new CancelScope();

    const cancelled = scope.run(() => iterator.next());
    scope.cancel();
    await cancelled;
    const next = iterator.next();
    stream.queue.wake(1);

    expect(await next).toEqual({ value: 1, done: false });
  });

  it("is a cancellation point, also after the end; return() is none", async () => {
    const iterator = new Told()[Symbol.asyncIterator]();
    const ended = new Told()[Symbol.asyncIterator]();
    await ended.return?.();

    const results = await new CancelScope().run(async (scope) => {
      scope.cancel();
      return [await errorOf(iterator.next()), await errorOf(ended.next()), await iterator.return?.()];
    });

    expect([isCancelled(results?.[0]), isCancelled(results?.[1]), results?.[2]]).toEqual([true, true, DONE]);
  });

  it("leaves no unhandled rejection where nobody awaits a cancelled next()", mayLeak, async () => {
    const unhandled = await unhandledRejectionsOf(() =>
      new CancelScope().run(async () => void new Told()[Symbol.asyncIterator]().next()),
    );

    expect(unhandled).toEqual([]);
  });
});
