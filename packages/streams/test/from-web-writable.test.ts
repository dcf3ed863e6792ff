import { BrokenResourceError, BusyResourceError, CancelledError, CancelScope, ClosedResourceError } from "@anyio/core";
import { currentScope } from "@anyio/core/lowlevel";
import { fromWebWritable } from "@anyio/streams";
import { describe, expect, it } from "vitest";
import { caught, errorOf } from "#support/caught";
import { turns } from "#support/turn";
import { unhandledRejectionsOf } from "#support/unhandled";
import { decode, encode } from "./support/byte-sources.js";
import { untilEnd } from "#support/until-end";

describe("fromWebWritable", () => {
  it("writes what is sent, in order, and closes when all is written", async () => {
    const sink = recorder(() => turns(1));
    const stream = untilEnd(fromWebWritable(sink.stream));

    for (const text of ["a", "b", ""]) await stream.send(encode(text));
    await stream.close();

    expect(sink.events).toEqual(["a", "b", "close"]);
  });

  it("waits where the sink is slower", async () => {
    const sink = gated();
    const stream = untilEnd(fromWebWritable(sink.stream));

    const sent = stream.send(encode("a")).then(() => sink.events.push("sent"));
    await turns(2);
    sink.events.push("open");
    sink.open();
    await sent;

    expect(sink.events).toEqual(["a", "open", "sent"]);
  });

  it("does not wait while there is room", async () => {
    const sink = gated(10);
    const stream = untilEnd(fromWebWritable(sink.stream));

    for (let i = 0; i < 5; i++) await stream.send(encode("a"));

    expect(sink.events).toEqual(["a"]);
    await forget(stream);
  });

  it("sends into a web stream that has room for nothing", async () => {
    const sink = recorder(undefined, 0);
    const stream = untilEnd(fromWebWritable(sink.stream));

    await stream.send(encode("a"));
    await stream.send(encode("b"));

    expect(sink.events).toEqual(["a", "b"]);
  });

  it("sends the bytes of a cancelled send, in order", async () => {
    const sink = gated();
    const stream = untilEnd(fromWebWritable(sink.stream));
    const scope = new CancelScope();

    const cancelled = scope.run(() => stream.send(encode("a")));
    await turns(1);
    scope.cancel();
    await cancelled;
    const sent = stream.send(encode("b"));
    sink.open();
    await sent;

    expect(sink.events).toEqual(["a", "b"]);
  });

  it("throws what the web stream fails with as a cause, to who waits and to who comes later", async () => {
    const failure = new RangeError("disk full");
    const stream = untilEnd(fromWebWritable(recorder(() => Promise.reject(failure)).stream));

    const errors = [
      await caught(stream.send(encode("a")), BrokenResourceError),
      await caught(stream.send(encode("a")), BrokenResourceError),
    ];
    await stream.close();

    expect(errors.map(({ cause }) => cause)).toEqual([failure, failure]);
  });

  it("throws a failure from close() that no send has told", async () => {
    const failure = new RangeError("disk full");
    const sink = gated(10, failure);
    const stream = untilEnd(fromWebWritable(sink.stream));
    await stream.send(encode("a"));

    const closing = caught(stream.close(), BrokenResourceError);
    sink.open();

    expect((await closing).cause).toBe(failure);
  });

  it("throws from close() what closing fails with", async () => {
    const failure = new RangeError("cannot");
    const stream = untilEnd(fromWebWritable(new WritableStream({ close: () => Promise.reject(failure) })));

    expect((await caught(stream.close(), BrokenResourceError)).cause).toBe(failure);
  });

  it("lets one send at a time", async () => {
    const sink = gated();
    const stream = untilEnd(fromWebWritable(sink.stream));
    const first = stream.send(encode("a"));

    await caught(stream.send(encode("b")), BusyResourceError);
    sink.open();
    await first;

    expect(sink.events).toEqual(["a"]);
  });

  it("tells of a failure between two sends, also where nothing is to be sent", async () => {
    const failure = new RangeError("gone");
    let fail = (): void => {};
    const stream = untilEnd(
      fromWebWritable(new WritableStream({ start: (controller) => void (fail = () => controller.error(failure)) })),
    );

    await stream.send(encode("a"));
    fail();
    await turns(1);

    expect((await caught(stream.send(encode("")), BrokenResourceError)).cause).toBe(failure);
  });

  it("refuses what is no bytes, and what is closed", async () => {
    const stream = untilEnd(fromWebWritable(recorder().stream));

    await expect(stream.send("a" as unknown as Uint8Array)).rejects.toThrow(TypeError);
    await stream.close();
    await caught(stream.send(encode("a")), ClosedResourceError);
    await caught(stream.send(encode("")), ClosedResourceError);
  });

  it("rejects in a cancelled scope, and writes nothing", async () => {
    const sink = recorder();
    const stream = untilEnd(fromWebWritable(sink.stream));

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      await caught(stream.send(encode("a")), CancelledError);
    });

    expect(sink.events).toEqual([]);
  });

  it("calls the sink in the scope in which it was made", async () => {
    const scopes: unknown[] = [];
    const note = (): void => void scopes.push(currentScope());
    const outer = new CancelScope();

    await outer.run(async () => {
      const stream = untilEnd(fromWebWritable(new WritableStream({ write: note, close: note })));
      await new CancelScope().run(async () => {
        await stream.send(encode("a"));
        await stream.close();
      });
    });

    expect(scopes.length).toBe(2);
    expect(scopes.every((scope) => scope === outer)).toBe(true);
  });

  describe("closing", () => {
    it("fails whoever waits, and still writes their bytes", async () => {
      const sink = gated();
      const stream = untilEnd(fromWebWritable(sink.stream));
      const waiting = errorOf(stream.send(encode("a")));
      await turns(1);

      const closing = stream.close();
      sink.open();
      await closing;

      expect(await waiting).toBeInstanceOf(ClosedResourceError);
      expect(sink.events).toEqual(["a", "close"]);
    });

    it("says nothing of a web stream that has failed with nothing of ours in it", async () => {
      let fail = (): void => {};
      const stream = fromWebWritable(
        new WritableStream({ start: (controller) => void (fail = () => controller.error(new Error("gone"))) }),
      );
      await stream.send(encode("a"));
      await turns(1);

      fail();
      await stream.close();
    });

    it("throws where the web stream has failed with something of ours in it", async () => {
      const failure = new Error("gone");
      let fail = (): void => {};
      const stream = fromWebWritable(
        new WritableStream(
          { start: (controller) => void (fail = () => controller.error(failure)), write: () => turns(2) },
          { highWaterMark: 9 },
        ),
      );
      await stream.send(encode("a"));
      await stream.send(encode("b"));

      fail();

      expect((await caught(stream.close(), BrokenResourceError)).cause).toBe(failure);
    });

    it("has nothing to wait for, nor to tell, once it has closed", async () => {
      const failing = untilEnd(
        fromWebWritable(new WritableStream({ close: () => Promise.reject(new Error("cannot")) })),
      );
      const stuck = untilEnd(fromWebWritable(new WritableStream({ abort: () => new Promise(() => {}) })));

      await caught(failing.close(), BrokenResourceError);
      await forget(stuck);
      await failing.close();
      await stuck.close();
    });

    it("does not say in a cancelled scope that all has been sent", async () => {
      const sink = recorder();
      const stream = untilEnd(fromWebWritable(sink.stream));
      await stream.send(encode("a"));

      await forget(stream);

      expect(sink.events).toEqual(["a", "abort"]);
    });

    it("aborts in a cancelled scope, and once cancelled, and leaves no rejection unhandled", async () => {
      const [first, second] = [gated(), gated()];
      const errors = await unhandledRejectionsOf(async () => {
        await new CancelScope().run(async (scope) => {
          const stream = untilEnd(fromWebWritable(first.stream));
          const sending = errorOf(stream.send(encode("a")));
          await turns(1);
          scope.cancel();
          await stream.close();
          await sending;
        });
        await new CancelScope().run(async (scope) => {
          const stream = untilEnd(fromWebWritable(second.stream));
          const sending = errorOf(stream.send(encode("a")));
          const closing = stream.close();
          await turns(1);
          scope.cancel();
          await closing;
          await sending;
        });
        first.open();
        second.open();
        await turns(2);
      });

      expect([first.events, second.events, errors]).toEqual([["a", "abort"], ["a", "abort"], []]);
    });
  });
});

async function forget(stream: AsyncDisposable): Promise<void> {
  await new CancelScope().run(async (scope) => {
    scope.cancel();
    await stream[Symbol.asyncDispose]();
  });
}

function recorder(write?: () => Promise<void>, highWaterMark = 1) {
  const events: string[] = [];
  const stream = new WritableStream<Uint8Array>(
    {
      write(chunk) {
        events.push(decode(chunk));
        return write?.();
      },
      close: () => void events.push("close"),
      abort: () => void events.push("abort"),
    },
    { highWaterMark },
  );
  return { stream, events };
}

/** A sink whose writes end, or fail, once it is opened. */
function gated(highWaterMark = 1, failure?: Error) {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  const { stream, events } = recorder(async () => {
    await opened;
    if (failure) throw failure;
  }, highWaterMark);
  return { stream, events, open: () => open() };
}
