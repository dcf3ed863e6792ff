import { join } from "node:path";
import { failAfter, sleep } from "@anyio/core";
import { type Path, temporaryDirectory } from "@anyio/fs";
import { connectTcp } from "@anyio/net";
import { openSignalReceiver } from "@anyio/signals";
import { LineReceiveStream, TextReceiveStream, TextStream } from "@anyio/streams";
import { openProcess } from "@anyio/subprocess";
import { withTaskGroup } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";
import type { Timeline } from "../timeline.js";

export const title = "A graceful reload";

const PROGRAM = join(import.meta.dirname, "greeter.js");

export async function tell(say: Narrator): Promise<void> {
  say.about(
    "On SIGHUP a server reads its configuration again, and connects to the database that it names. Somebody changes it to " +
      "Oslo, which takes 200 ms, and right after that to Rome, which takes 50 ms.",
  );
  await using directory = await temporaryDirectory();
  const path = directory.path.joinpath("config");

  say.part('process.on("SIGHUP", …)');
  const byHand = new Server(path, say.timeline());
  const listener = (): void => void byHand.reload();
  process.on("SIGHUP", listener);
  await changeTwice(path);
  await sleep(200);
  process.off("SIGHUP", listener);
  byHand.show(say);

  say.part('for await (… of openSignalReceiver("SIGHUP"))');
  const server = new Server(path, say.timeline());
  // Around the group: a signal that comes when no receiver is open any more ends the program.
  using signals = openSignalReceiver("SIGHUP");
  await withTaskGroup(async (tg) => {
    tg.startSoon(() => changeTwice(path));
    for await (const _ of signals) {
      await server.reload();
      if (server.reloads === 2) break;
    }
  });
  server.show(say);

  say.part("A whole program: packages/tour/src/programs/greeter.ts");
  await failAfter(10_000, () => watchGreeter(say, path));

  say.lesson(
    "A signal comes whenever it likes, also while the one before is being dealt with. A receiver keeps it until somebody has " +
      "time, so a reload is a loop: one after the other, in a task that can be cancelled, and an error in it is caught where " +
      "it is handled. What it does not ask for, SIGTERM here, stays with run().",
  );
}

/** Does as its configuration says. */
class Server {
  readonly #config: Path;
  readonly #timeline: Timeline;
  #database = "";
  reloads = 0;

  constructor(config: Path, timeline: Timeline) {
    this.#config = config;
    this.#timeline = timeline;
  }

  async reload(): Promise<void> {
    const row = `reload ${++this.reloads}`;
    const database = await this.#config.readText();
    this.#timeline.mark(row, "─", database);
    await sleep(database === "Oslo" ? 200 : 50);
    this.#timeline.mark(row, " ");
    this.#database = database;
  }

  show(say: Narrator): void {
    this.#timeline.draw();
    say.step(`the configuration says Rome; the server is connected to ${this.#database}`);
  }
}

async function changeTwice(config: Path): Promise<void> {
  for (const database of ["Oslo", "Rome"]) {
    await config.writeText(database);
    process.kill(process.pid, "SIGHUP");
    await sleep(80);
  }
}

async function watchGreeter(say: Narrator, config: Path): Promise<void> {
  await config.writeText('{ "greeting": "Good morning" }');
  await using program = await openProcess([process.execPath, PROGRAM, config.toString()], { stderr: "inherit" });
  const lines = new LineReceiveStream(new TextReceiveStream(program.stdout));
  const told = async (): Promise<string> => {
    const line = await lines.receive();
    say.step(`program: ${line}`);
    return line;
  };
  const port = Number((await told()).replace(/\D/g, ""));
  const reload = async (text: string): Promise<void> => {
    await config.writeText(text);
    say.step(`the configuration is ${text}; kill -HUP`);
    program.sendSignal("SIGHUP");
    await told();
  };

  await using early = new TextStream(await connectTcp("127.0.0.1", port));
  say.step(`Ada: ${await greeted(early, "Ada")}`);
  await reload('{ "greeting": "Good evening" }');
  await using late = new TextStream(await connectTcp("127.0.0.1", port));
  say.step(`Bob: ${await greeted(late, "Bob")}`);
  say.step(`Ada, still on her connection: ${await greeted(early, "Ada")}`);
  await reload("{ greeting");

  say.step("kill -TERM");
  program.sendSignal("SIGTERM");
  await program.wait();
  say.step(`it has ended: exit code ${program.exitCode}, signal ${program.signalCode}`);
}

async function greeted(stream: TextStream, name: string): Promise<string> {
  await stream.send(name);
  return stream.receive();
}
