import { CancelScope, ClosedResourceError, EndOfStreamError, ExceptionGroup, typedAttribute } from "@anyio/core";
import { type ByteReceiveStream, type ByteSendStream, StapledByteStream } from "@anyio/streams";
import { describe, expect, it } from "vitest";
import { caught, errorOf } from "#support/caught";
import { turns } from "#support/turn";
import { webPair } from "./support/pairs.js";

const name = typedAttribute<string>("name");
const side = typedAttribute<string>("side");

/** Two sides whose closing does what the test says. */
function sides(closeSend: () => unknown, closeReceive: () => unknown): [ByteSendStream, ByteReceiveStream] {
  const send = {
    close: async () => closeSend(),
    extraAttributes: new Map([
      [name, () => "send"],
      [side, () => "send"],
    ]),
  };
  const receive = { close: async () => closeReceive(), extraAttributes: new Map([[side, () => "receive"]]) };
  return [send as unknown as ByteSendStream, receive as unknown as ByteReceiveStream];
}

describe("StapledByteStream", () => {
  it("sends into the one and receives from the other", async () => {
    const [a, b] = await webPair();
    const stapled = new StapledByteStream(a, a);

    await Promise.all([stapled.send(Uint8Array.of(1, 2)), b.receive(1)]);

    expect([...(await b.receive())]).toEqual([2]);
  });

  it("closes the sending side to send its end, and receives on", async () => {
    const [a, b] = await webPair();

    await a.sendEof();
    await caught(b.receive(), EndOfStreamError);
    const [bytes] = await Promise.all([a.receive(), b.send(Uint8Array.of(1))]);

    expect([...bytes]).toEqual([1]);
    await caught(a.send(Uint8Array.of(1)), ClosedResourceError);
  });

  it("does not send its end in a cancelled scope", async () => {
    const [a, b] = await webPair();
    const scope = new CancelScope();

    scope.cancel();
    await scope.run(() => a.sendEof());
    const [bytes] = await Promise.all([b.receive(), a.send(Uint8Array.of(1))]);

    expect([scope.cancelledCaught, bytes]).toEqual([true, Uint8Array.of(1)]);
  });

  it("closes both sides, also where closing one fails, and throws that error as it is", async () => {
    const failure = new RangeError("send");
    const closed: string[] = [];
    const fail = (): never => {
      closed.push("failed");
      throw failure;
    };
    const [send, receive] = sides(fail, () => closed.push("receive"));
    const [send2, receive2] = sides(() => closed.push("send"), fail);

    const errors = [
      await errorOf(new StapledByteStream(send, receive).close()),
      await errorOf(new StapledByteStream(send2, receive2).close()),
    ];

    expect(errors).toEqual([failure, failure]);
    expect(closed).toEqual(["failed", "receive", "send", "failed"]);
  });

  it("throws a group where closing both fails", async () => {
    const failures = [new RangeError("send"), new TypeError("receive")];
    const fail = (i: number) => () => {
      throw failures[i];
    };
    const stapled = new StapledByteStream(...sides(fail(0), fail(1)));

    const error = await caught(stapled.close(), ExceptionGroup);

    expect([error.errors, error.cause]).toEqual([failures, failures[0]]);
  });

  it("closes the receiving side also while the sending side takes its time", async () => {
    const events: string[] = [];
    let finish = (): void => {};
    const slow = new Promise<void>((resolve) => (finish = resolve));
    const stapled = new StapledByteStream(
      ...sides(
        () => slow,
        () => events.push("receive"),
      ),
    );

    const closing = stapled.close().then(() => events.push("closed"));
    await turns(2);
    events.push("finish");
    finish();
    await closing;

    expect(events).toEqual(["receive", "finish", "closed"]);
  });

  it.each(["one after the other", "at once"])("closes at both ends, %s", async (order) => {
    const [a, b] = await webPair();
    await Promise.all([a.send(Uint8Array.of(1)), b.receive()]);

    const closing = a.close();
    if (order === "one after the other") await closing;
    await Promise.all([closing, b.close()]);
  });

  it("closes in a cancelled scope", async () => {
    const [a] = await webPair();

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      await a.close();
    });

    await caught(a.receive(), ClosedResourceError);
  });

  it("knows the attributes of both", () => {
    const stapled = new StapledByteStream(...sides(Object, Object));

    expect([stapled.extra(name), stapled.extra(side)]).toEqual(["send", "receive"]);
  });
});
