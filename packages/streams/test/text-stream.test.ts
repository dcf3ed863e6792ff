import { CancelScope, ClosedResourceError } from "@anyio/core";
import { createMemoryObjectStream, StapledObjectStream, TextStream } from "@anyio/streams";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { caught } from "#support/caught";
import { check } from "#support/property";
import { objectStreamContract } from "@anyio/testing";
import { webPair } from "./support/pairs.js";
import { receiveAll, toBytes } from "./support/texts.js";

describe("TextStream", () => {
  for (const { name, run } of objectStreamContract(
    async () => {
      const [send, receive] = createMemoryObjectStream<Uint8Array>();
      const [, nothing] = createMemoryObjectStream<Uint8Array>();
      const [nowhere] = createMemoryObjectStream<Uint8Array>();
      return [
        new TextStream(new StapledObjectStream(send, nothing)),
        new TextStream(new StapledObjectStream(nowhere, receive)),
      ];
    },
    (n) => `text ${n}`,
  )) {
    it(name, run);
  }

  it.each(["utf-8", "utf-16le"])("hands over in %s what was sent, however it is cut", async (encoding) => {
    await check(
      fc.asyncProperty(fc.array(fc.string({ unit: "binary", maxLength: 5 })), async (texts) => {
        const [a, b] = await webPair();
        const [sending, receiving] = [new TextStream(a, { encoding }), new TextStream(b, { encoding })];
        // Cut within pairs.
        const units = texts.join("").split("");

        const received = receiveAll(receiving);
        for (const unit of units) await sending.send(unit);
        await sending.sendEof();

        const whole = new TextDecoder(encoding).decode(toBytes(units.join(""), encoding));
        expect((await received).join("")).toBe(whole);
      }),
      30,
    );
  });

  it("receives on after its end was sent, and closes both ways", async () => {
    const [a, b] = await webPair();
    const [client, server] = [new TextStream(a), new TextStream(b)];

    await client.send("\uD83D");
    const [asked] = await Promise.all([receiveAll(server), client.sendEof()]);
    const [answer] = await Promise.all([client.receive(), server.send("yes")]);
    await client.close();

    expect([asked, answer]).toEqual([["\uFFFD"], "yes"]);
    await caught(client.receive(), ClosedResourceError);
    await caught(client.send("more"), ClosedResourceError);
  });

  it("does not send its end in a cancelled scope, and goes on", async () => {
    const [a, b] = await webPair();
    const [client, server] = [new TextStream(a), new TextStream(b)];
    await client.send("\uD83D");

    await cancelled(() => client.sendEof());
    const [asked] = await Promise.all([receiveAll(server), client.send("\uDE00").then(() => client.sendEof())]);

    expect(asked).toEqual(["😀"]);
  });

  it("refuses an encoding that cannot be sent", async () => {
    const [a] = await webPair();

    expect(() => new TextStream(a, { encoding: "shift_jis" })).toThrow(/encoding must be utf-8, utf-16le or latin1/);
  });
});

async function cancelled(fn: () => Promise<unknown>): Promise<void> {
  const scope = new CancelScope();
  scope.cancel();
  await scope.run(fn);
  expect(scope.cancelledCaught).toBe(true);
}
