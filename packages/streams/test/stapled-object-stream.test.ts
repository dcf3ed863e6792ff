import { CancelScope, ClosedResourceError, EndOfStreamError, ExceptionGroup, typedAttribute } from "@anyio/core";
import {
  createMemoryObjectStream,
  type ObjectReceiveStream,
  type ObjectSendStream,
  StapledObjectStream,
} from "@anyio/streams";
import { describe, expect, it } from "vitest";
import { caught } from "#support/caught";
import { objectStreamContract } from "@anyio/testing";

describe("StapledObjectStream", () => {
  for (const { name, run } of objectStreamContract(
    () => {
      const [send, receive] = createMemoryObjectStream<number>();
      const [, nothing] = createMemoryObjectStream<number>();
      const [nowhere] = createMemoryObjectStream<number>();
      return [new StapledObjectStream(send, nothing), new StapledObjectStream(nowhere, receive)];
    },
    (n) => n,
  )) {
    it(name, run);
  }

  it("closes the sending side to send its end, and receives on", async () => {
    const [toOther, there] = createMemoryObjectStream<number>(1);
    const [back, fromOther] = createMemoryObjectStream<number>(1);
    const stapled = new StapledObjectStream(toOther, fromOther);

    await stapled.sendEof();
    await caught(there.receive(), EndOfStreamError);
    await back.send(1);

    expect(await stapled.receive()).toBe(1);
    await caught(stapled.send(1), ClosedResourceError);
  });

  it("does not send its end in a cancelled scope", async () => {
    const [send, receive] = createMemoryObjectStream<number>(1);
    const stapled = new StapledObjectStream(send, receive);
    const scope = new CancelScope();

    scope.cancel();
    await scope.run(() => stapled.sendEof());
    await stapled.send(1);

    expect([scope.cancelledCaught, await stapled.receive()]).toEqual([true, 1]);
  });

  it("closes both sides, also where closing fails", async () => {
    const failures = [new RangeError("send"), new TypeError("receive")];
    const failing = (i: number) => ({
      close: () => {
        throw failures[i];
      },
    });
    const stapled = new StapledObjectStream(
      failing(0) as unknown as ObjectSendStream<number>,
      failing(1) as unknown as ObjectReceiveStream<number>,
    );

    expect((await caught(stapled.close(), ExceptionGroup)).errors).toEqual(failures);
  });

  it("knows the attributes of both", () => {
    const name = typedAttribute<string>("name");
    const [send, receive] = createMemoryObjectStream<number>();
    Object.defineProperty(send, "extraAttributes", { value: new Map([[name, () => "send"]]) });

    expect(new StapledObjectStream(send, receive).extra(name)).toBe("send");
  });
});
