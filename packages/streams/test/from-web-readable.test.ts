import {
  BrokenResourceError,
  BusyResourceError,
  CancelledError,
  CancelScope,
  ClosedResourceError,
  EndOfStreamError,
  forceClose,
} from "@anyio/core";
import { currentScope } from "@anyio/core/lowlevel";
import { fromWebReadable } from "@anyio/streams";
import { describe, expect, it } from "vitest";
import { caught, errorOf } from "#support/caught";
import { turns } from "#support/turn";
import { unhandledRejectionsOf } from "#support/unhandled";
import { decode, encode } from "./support/byte-sources.js";
import { untilEnd } from "#support/until-end";

describe("fromWebReadable", () => {
  it("hands over the web stream's chunks, and divides those that are too large", async () => {
    const stream = untilEnd(fromWebReadable(of(encode("abc"), new Uint8Array(0), encode("de"))));

    const received = [await stream.receive(2), await stream.receive(2), await stream.receive()];

    expect(received.map(decode)).toEqual(["ab", "c", "de"]);
    await caught(stream.receive(), EndOfStreamError);
  });

  it("asks for nothing before somebody receives, and for no more than that", async () => {
    let pulls = 0;
    const pull = (controller: ReadableStreamDefaultController): void => {
      pulls++;
      controller.enqueue(encode("ab"));
    };
    const stream = untilEnd(fromWebReadable(new ReadableStream({ pull }, { highWaterMark: 0 })));

    await turns(2);
    const counts = [pulls];
    for (let i = 0; i < 3; i++) {
      await stream.receive(1);
      await turns(1);
      counts.push(pulls);
    }

    expect(counts).toEqual([0, 1, 1, 2]);
  });

  it("keeps the chunk that was asked for by a cancelled receive for the next", async () => {
    const source = manual();
    const stream = untilEnd(fromWebReadable(source.stream));
    const scope = new CancelScope();

    const cancelled = scope.run(() => stream.receive());
    await turns(1);
    scope.cancel();
    await cancelled;
    source.controller.enqueue(encode("a"));
    await turns(1);
    source.controller.enqueue(encode("b"));

    expect(scope.cancelledCaught).toBe(true);
    expect([decode(await stream.receive()), decode(await stream.receive())]).toEqual(["a", "b"]);
  });

  it("keeps the order however many receives were cancelled", async () => {
    const source = manual();
    const stream = untilEnd(fromWebReadable(source.stream));
    for (let i = 0; i < 3; i++) {
      const scope = new CancelScope();
      const cancelled = scope.run(() => stream.receive());
      await turns(1);
      scope.cancel();
      await cancelled;
    }

    for (const text of ["a", "b", "c"]) source.controller.enqueue(encode(text));
    await turns(1);
    const received = [await stream.receive(), await stream.receive(), await stream.receive()];

    expect(received.map(decode)).toEqual(["a", "b", "c"]);
  });

  it("throws what the web stream fails with as a cause, as often as it is asked", async () => {
    const failure = new RangeError("no more");
    const source = manual();
    const stream = untilEnd(fromWebReadable(source.stream));
    const waiting = caught(stream.receive(), BrokenResourceError);

    source.controller.error(failure);

    const errors = [await waiting, await caught(stream.receive(), BrokenResourceError)];
    expect(errors.map(({ cause }) => cause)).toEqual([failure, failure]);
    await stream.close();
  });

  it("fails for a chunk that is no bytes, and cancels the web stream", async () => {
    const source = manual();
    const stream = untilEnd(fromWebReadable(source.stream));
    source.controller.enqueue("text" as unknown as Uint8Array);

    const error = await caught(stream.receive(), BrokenResourceError);

    expect(error.cause).toEqual(new TypeError('a chunk of a web stream of bytes must be a Uint8Array, not "text"'));
    expect(source.cancelled).toEqual([error.cause]);
  });

  it("lets one receive at a time", async () => {
    const source = manual();
    const stream = untilEnd(fromWebReadable(source.stream));
    const first = stream.receive();

    await caught(stream.receive(), BusyResourceError);
    source.controller.enqueue(encode("a"));

    expect(decode(await first)).toBe("a");
  });

  it("locks the web stream, and refuses one that is locked", () => {
    const source = manual();
    untilEnd(fromWebReadable(source.stream));

    expect(source.stream.locked).toBe(true);
    expect(() => fromWebReadable(source.stream)).toThrow(TypeError);
  });

  it("calls the source in the scope in which it was made", async () => {
    const scopes: unknown[] = [];
    const note = (): void => void scopes.push(currentScope());
    const outer = new CancelScope();

    await outer.run(async () => {
      const stream = fromWebReadable(
        new ReadableStream<Uint8Array>(
          {
            pull(controller) {
              note();
              controller.enqueue(encode("a"));
            },
            cancel: note,
          },
          { highWaterMark: 0 },
        ),
      );
      await new CancelScope().run(async () => {
        await stream.receive();
        await stream.close();
      });
    });

    expect(scopes.length).toBe(2);
    expect(scopes.every((scope) => scope === outer)).toBe(true);
  });

  describe("closing", () => {
    it("cancels the web stream, waits for its source, and fails whoever waits", async () => {
      const events: string[] = [];
      const source = manual(async () => {
        await turns(2);
        events.push("cancelled");
      });
      const stream = untilEnd(fromWebReadable(source.stream));
      const waiting = errorOf(stream.receive());

      await stream.close();
      events.push("closed");

      expect(events).toEqual(["cancelled", "closed"]);
      expect(source.cancelled[0]).toBeInstanceOf(BrokenResourceError);
      expect(await waiting).toBeInstanceOf(ClosedResourceError);
    });

    it("cancels nothing after the end", async () => {
      const source = manual();
      const stream = untilEnd(fromWebReadable(source.stream));
      source.controller.close();

      await caught(stream.receive(), EndOfStreamError);
      await stream.close();

      expect(source.cancelled).toEqual([]);
    });

    it("throws what the source throws", async () => {
      const failure = new RangeError("cannot");
      const source = manual(() => Promise.reject(failure));

      expect(await errorOf(fromWebReadable(source.stream).close())).toBe(failure);
    });

    it("has nothing to wait for, nor to tell, once it has closed", async () => {
      const failing = untilEnd(fromWebReadable(manual(() => Promise.reject(new RangeError("cannot"))).stream));
      const stuck = untilEnd(fromWebReadable(manual(() => new Promise(() => {})).stream));

      await caught(failing.close(), RangeError);
      await forceClose(stuck);
      await failing.close();
      await stuck.close();
    });

    it("waits for nothing in a cancelled scope, nor once cancelled, and leaves no rejection unhandled", async () => {
      let fail = (_error: Error): void => {};
      const never = (): Promise<never> => new Promise((_resolve, reject) => (fail = reject));
      const [first, second] = [manual(never), manual(never)];
      const errors = await unhandledRejectionsOf(async () => {
        await new CancelScope().run(async (scope) => {
          scope.cancel();
          await fromWebReadable(first.stream).close();
          fail(new Error("late"));
        });
        await new CancelScope().run(async (scope) => {
          const closing = fromWebReadable(second.stream).close();
          await turns(1);
          scope.cancel();
          await closing;
          fail(new Error("late"));
        });
      });

      expect([first.cancelled.length, second.cancelled.length, errors]).toEqual([1, 1, []]);
    });
  });

  it("rejects in a cancelled scope, and takes nothing", async () => {
    const stream = untilEnd(fromWebReadable(of(encode("a"))));

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      await caught(stream.receive(), CancelledError);
    });

    expect(decode(await stream.receive())).toBe("a");
  });
});

function of(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  });
}

/** A web stream that is fed by hand. */
function manual(cancel?: () => Promise<void>) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const cancelled: unknown[] = [];
  const stream = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    cancel: (reason) => {
      cancelled.push(reason);
      return cancel?.();
    },
  });
  return { stream, cancelled, controller: controller as ReadableStreamDefaultController<Uint8Array> };
}
