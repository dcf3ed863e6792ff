const assert = require("node:assert/strict");
const { failAfter, sleep, TimeoutError } = require("@anyio/core");
const { Path, temporaryDirectory } = require("@anyio/fs");
const { createUdpSocket, SocketAttribute } = require("@anyio/net");
const { openSignalReceiver } = require("@anyio/signals");
const { createMemoryObjectStream } = require("@anyio/streams");
const { runProcess, toProcess } = require("@anyio/subprocess");
const { Semaphore } = require("@anyio/sync");
const { withTaskGroup } = require("@anyio/task-groups");
const { startBlockingPortal, toThread } = require("@anyio/threads");

async function main() {
  const value = await withTaskGroup((tg) => tg.startSoon(() => sleep(1).then(() => 42)).result());
  assert.equal(value, 42);

  const [send, receive] = createMemoryObjectStream(1);
  await new Semaphore(1).run(() => send.send("item"));
  assert.equal(await receive.receive(), "item");

  const socket = await createUdpSocket({ localHost: "127.0.0.1" });
  await socket.sendTo(Uint8Array.of(7), "127.0.0.1", socket.extra(SocketAttribute.localPort));
  assert.deepEqual([...(await socket.receive())[0]], [7]);
  await socket.close();
  assert.equal((await runProcess(["true"])).exitCode, 0);
  assert.equal(await toProcess.run((a, b) => a * b, [6, 7]), 42);
  assert.equal(await toThread.run((a, b) => a * b, [6, 7]), 42);
  const portal = startBlockingPortal();
  assert.equal(
    portal.call(async (n) => 2 * n, [21]),
    42,
  );
  portal.close();

  const directory = await temporaryDirectory();
  await directory.path.joinpath("file").writeText("text");
  assert.equal(await new Path(directory.name, "file").readText(), "text");
  await directory.close();
  openSignalReceiver("SIGHUP").close();

  await assert.rejects(
    failAfter(5, () => sleep(60_000)),
    TimeoutError,
  );
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
