// A program of its own: greets whoever connects, as its configuration says, and reads that again on SIGHUP.
import { rethrowIfCancelled, run } from "@anyio/core";
import { Path } from "@anyio/fs";
import { createTcpListener, SocketAttribute, type SocketStream } from "@anyio/net";
import { openSignalReceiver } from "@anyio/signals";
import { TextStream } from "@anyio/streams";
import { withTaskGroup } from "@anyio/task-groups";

interface Config {
  readonly greeting: string;
}

await run(async () => {
  using signals = openSignalReceiver("SIGHUP");
  let config = await load();
  await using listener = await createTcpListener({ localHost: "127.0.0.1" });
  await withTaskGroup(async (tg) => {
    // A connection keeps the configuration that it began with.
    tg.startSoon(() => listener.serve((stream) => greet(stream, config)));
    console.log(`listening on ${listener.extra(SocketAttribute.localPort)}`);
    for await (const _ of signals) {
      try {
        config = await load();
        console.log("reloaded");
      } catch (error) {
        rethrowIfCancelled(error);
        console.log(`kept what it had: ${(error as Error).message}`);
      }
    }
  });
});

async function load(): Promise<Config> {
  return JSON.parse(await new Path(process.argv[2] ?? "").readText());
}

async function greet(stream: SocketStream, { greeting }: Config): Promise<void> {
  const text = new TextStream(stream);
  for await (const name of text) await text.send(`${greeting}, ${name}!`);
}
