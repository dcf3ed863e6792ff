import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { failAfter, sleep, TimeoutError } from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import { connectTcp, createTcpListener, SocketAttribute } from "@anyio/net";
import { createMemoryObjectStream } from "@anyio/streams";
import { fromReadable } from "@anyio/streams/node";
import { Lock } from "@anyio/sync";
import { withTaskGroup } from "@anyio/task-groups";

const done = [];
await withTaskGroup(async (tg) => {
  tg.startSoon(async () => {
    await sleep(1);
    done.push("child");
  });
  await checkpoint();
  done.push("body");
});
assert.deepEqual(done, ["body", "child"]);

await assert.rejects(
  failAfter(5, () => sleep(60_000)),
  TimeoutError,
);

const source = () => Readable.from([Buffer.from("ab"), Buffer.from("c")], { objectMode: false });
const lock = new Lock();
const [send, receive] = createMemoryObjectStream();
const total = await withTaskGroup(async (tg) => {
  for (const [i, end] of [send, send.clone()].entries()) {
    tg.startSoon(async () => {
      for await (const bytes of fromReadable(source())) {
        await lock.run(() => end.send(bytes.length * (i + 1)));
      }
      end.close();
    });
  }
  let sum = 0;
  for await (const length of receive) sum += length;
  return sum;
});
assert.equal(total, 9);

const answer = await withTaskGroup(async (tg) => {
  const listener = await createTcpListener({ localHost: "127.0.0.1" });
  tg.startSoon(() => listener.serve(async (stream) => stream.send(await stream.receive())));
  const stream = await connectTcp("127.0.0.1", listener.extra(SocketAttribute.localPort));
  await stream.send(Uint8Array.of(7));
  const bytes = await stream.receive();
  await stream.close();
  tg.cancel();
  await listener.close();
  return bytes;
});
assert.deepEqual([...answer], [7]);
