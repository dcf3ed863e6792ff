import { CancelScope, failAfter, isCancelled, moveOnAfter, run, sleep, TimeoutError } from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import {
  type AsyncFile,
  FileReadStream,
  openFile,
  type Path,
  type TemporaryDirectory,
  temporaryDirectory,
} from "@anyio/fs";
import { connectTcp, SocketAttribute, type SocketStream, type TLSStream } from "@anyio/net";
import { openSignalReceiver } from "@anyio/signals";
import { createMemoryObjectStream, type ObjectReceiveStream } from "@anyio/streams";
import { fromReadable } from "@anyio/streams/node";
import { type CompletedProcess, openProcess, runProcess, toProcess } from "@anyio/subprocess";
import { CapacityLimiter, Event, type Lease, Lock } from "@anyio/sync";
import { withTaskGroup, type TaskHandle } from "@anyio/task-groups";
import { callable, type RemoteFunction, type SyncPortal, startBlockingPortal, toThread, worker } from "@anyio/threads";

async function length(text: string): Promise<number> {
  await checkpoint();
  return text.length;
}

await run(async () => {
  const sum: number | undefined = await withTaskGroup(async (tg) => {
    const one: TaskHandle<number> = tg.startSoon(() => length("one"));
    const two = tg.startSoon(() => length("twofold"), { name: "two" });
    return (await one.result()) + (await two.result());
  });
  const maybe: number | undefined = await moveOnAfter(10, () => length("three"));
  const sure: number = await failAfter(1_000, () => length("four"));
  const scope = new CancelScope({ shield: true, name: "consumer" });
  const inScope: number | undefined = await scope.run(async (self: CancelScope) => {
    self.cancel("over");
    await sleep(1);
    return (sum ?? 0) + (maybe ?? 0) + sure;
  });

  // @ts-expect-error the scope may have been cancelled, so there may be no number
  const wrong: number = await moveOnAfter(10, () => length("five"));

  const [send, receive] = createMemoryObjectStream<string>(1);
  const receiving: ObjectReceiveStream<string> = receive;
  await send.send("item");
  const item: string = await receiving.receive();

  // @ts-expect-error the stream carries strings
  await send.send(1);

  const lease: Lease = await new Lock().acquire();
  lease[Symbol.dispose]();
  const ready = new Event();
  ready.set();
  const limited: string = await new CapacityLimiter(1).run(() => ready.wait().then(() => item));
  await using bytes = fromReadable(process.stdin);
  void bytes;

  const plain: SocketStream = await connectTcp("localhost", 80);
  const secure: TLSStream = await connectTcp("localhost", 443, { tls: true });
  const port: number = plain.extra(SocketAttribute.remotePort);
  await secure.close();

  const completed: CompletedProcess = await runProcess(["true"], { check: false });
  await using child = await openProcess(["cat"], { stderr: "stdout" });
  await child.stdin.send(completed.stdout);
  const product: number = await toProcess.run((a: number, b: number) => a * b, [6, 7]);

  const work = worker<{ twice(ask: RemoteFunction<() => number>): number }>("file:///work.js");
  const doubled: number = await toThread.run(work.twice, [callable(() => 21)]);
  using portal: SyncPortal = startBlockingPortal();
  const tripled: number = portal.call(async (n: number) => 3 * n, [14]);

  // @ts-expect-error it takes a number
  portal.call((n: number) => n, ["14"]);

  // @ts-expect-error its stderr leads where its stdout leads
  await child.stderr.receive();

  await using directory: TemporaryDirectory = await temporaryDirectory();
  const path: Path = directory.path.joinpath("file");
  const written: number = await path.writeText("text");
  await using text: AsyncFile<string> = await openFile(path, "r+", { encoding: "utf-8" });
  const line: string | null = await text.readline();
  await using fromFile = await FileReadStream.fromPath(path);
  for await (const found of directory.path.glob("*")) void (await found.stat()).size;
  using signals = openSignalReceiver("SIGHUP");

  // @ts-expect-error a file of text takes no bytes
  await text.write(new Uint8Array(written));

  return [inScope, wrong, limited, port, product, doubled, tripled, line, fromFile, signals];
}).catch((error: unknown) => {
  if (error instanceof TimeoutError || isCancelled(error)) return;
  throw error;
});
