import { join } from "node:path";
import { failAfter } from "@anyio/core";
import { connectTcp, createConnectedUdpSocket } from "@anyio/net";
import { LineReceiveStream, TextReceiveStream } from "@anyio/streams";
import { openProcess } from "@anyio/subprocess";
import type { Narrator } from "../narrator.js";

export const title = "Two servers, one program, one signal";

const PROGRAM = join(import.meta.dirname, "time-server.js");

export async function tell(say: Narrator): Promise<void> {
  say.about(
    "packages/tour/src/programs/time-server.ts is a whole program: it tells the time by UDP and by TCP, on one port. It is " +
      "started, asked both ways, and sent SIGTERM while a client is still connected.",
  );

  say.part("From start to end");
  await failAfter(10_000, () => watch(say));

  say.lesson(
    "run() turns SIGTERM into a cancellation of all that runs: both servers end, cleanup runs, ports are free. Then the " +
      "process ends by the very signal, so that whoever sent it, a shell, systemd, Kubernetes, sees what it expects.",
  );
}

async function watch(say: Narrator): Promise<void> {
  await using program = await openProcess([process.execPath, PROGRAM], { stderr: "inherit" });
  const lines = new LineReceiveStream(new TextReceiveStream(program.stdout));
  const first = await lines.receive();
  say.step(`program: ${first}`);
  const port = Number(first.replace(/\D/g, ""));

  await using udp = await createConnectedUdpSocket("127.0.0.1", port);
  await udp.send(new Uint8Array());
  say.step(`by UDP: ${new TextDecoder().decode(await udp.receive())}`);
  await using tcp = await connectTcp("127.0.0.1", port);
  say.step(`by TCP: ${new TextDecoder().decode(await tcp.receive())}`);

  say.step("kill -TERM");
  program.sendSignal("SIGTERM");
  for await (const line of lines) say.step(`program: ${line}`);
  await program.wait();
  say.step(`it has ended: exit code ${program.exitCode}, signal ${program.signalCode}`);
}
