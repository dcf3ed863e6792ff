import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { failAfter, sleep, TimeoutError } from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import { openFile, Path, temporaryDirectory } from "@anyio/fs";
import { connectTcp, createTcpListener, SocketAttribute } from "@anyio/net";
import { openSignalReceiver } from "@anyio/signals";
import { createMemoryObjectStream } from "@anyio/streams";
import { fromReadable } from "@anyio/streams/node";
import { runProcess, toProcess } from "@anyio/subprocess";
import { Lock } from "@anyio/sync";
import { withTaskGroup } from "@anyio/task-groups";
import { callable, toThread } from "@anyio/threads";

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
const { stdout } = await runProcess("cat | tr a-z A-Z", { input: "hello" });
assert.equal(new TextDecoder().decode(stdout), "HELLO");
assert.equal(await toProcess.run((a, b) => a * b, [6, 7]), 42);
assert.equal(await toThread.run((ask) => 2 * ask.callSync(), [callable(() => 21)]), 42);

const directory = await temporaryDirectory();
const file = await openFile(directory.path.joinpath("file"), "w+", { encoding: "utf-8" });
await file.write("one\ntwo\n");
await file.seek(0);
const lines = [];
for await (const line of file) lines.push(line);
assert.deepEqual(lines, ["one", "two"]);
await file.close();
await directory.close();
assert.equal(await new Path(directory.name).exists(), false);

const signals = openSignalReceiver("SIGHUP");
process.kill(process.pid, "SIGHUP");
const { value } = await signals[Symbol.asyncIterator]().next();
assert.equal(value, "SIGHUP");
signals.close();
