import { join } from "node:path";
import { moveOnAfter } from "@anyio/core";
import { LineReceiveStream, TextReceiveStream } from "@anyio/streams";
import { openProcess } from "@anyio/subprocess";
import { gather } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "Talking to a child process";

const PROGRAM = join(import.meta.dirname, "fahrenheit.js");
const PIECE = new Uint8Array(64 * 1024);
const PIECES = 24;
const GRACE = 200;

export async function tell(say: Narrator): Promise<void> {
  say.about(
    "A process that is opened is talked to while it runs: its stdin, stdout and stderr are streams like those of a socket.",
  );

  say.part("Question and answer");
  await converse(say);

  say.part(`${PIECES} pieces of 64 KiB through cat: all in, and then all out`);
  await allIn(say);

  say.part("In and out at once");
  await inAndOut(say);

  say.part(`A child that does not want to go, with a grace of ${GRACE} ms`);
  await stubborn(say);

  say.lesson(
    "Pipes hold little, and then the writer waits: who writes all before reading anything waits for ever. Two tasks do not. " +
      "And a child is a resource: the block that opened it is left when it has ended, by itself, by SIGTERM or by SIGKILL.",
  );
}

async function converse(say: Narrator): Promise<void> {
  await using child = await openProcess([process.execPath, PROGRAM], { stderr: "inherit" });
  const answers = new LineReceiveStream(new TextReceiveStream(child.stdout));
  for (const celsius of [0, 37, 100]) {
    await child.stdin.send(new TextEncoder().encode(`${celsius}\n`));
    say.step(`${celsius} °C: ${await answers.receive()}`);
  }
  await child.stdin.close();
  say.step(`no more questions: it ends by itself, with exit code ${await child.wait()}`);
}

async function allIn(say: Narrator): Promise<void> {
  await using cat = await openProcess(["cat"]);
  let sent = 0;
  const isDone = await moveOnAfter(300, async () => {
    for (; sent < PIECES; sent++) await cat.stdin.send(PIECE);
    return true;
  });
  say.level(sent, PIECES, `${sent} in, 0 out`);
  if (isDone === undefined) {
    say.step(
      "nothing moves: cat reads no more before somebody takes what it writes, and whoever would is still writing",
    );
  }
}

async function inAndOut(say: Narrator): Promise<void> {
  await using cat = await openProcess(["cat"]);
  let received = 0;
  await gather([
    async () => {
      for (let sent = 0; sent < PIECES; sent++) await cat.stdin.send(PIECE);
      await cat.stdin.close();
    },
    async () => {
      for await (const bytes of cat.stdout) received += bytes.length;
    },
  ]);
  const pieces = received / PIECE.length;
  say.level(pieces, PIECES, `${PIECES} in, ${pieces} out`);
}

async function stubborn(say: Narrator): Promise<void> {
  await using child = await openProcess("trap '' TERM; echo ready; while :; do sleep 1; done", { grace: GRACE });
  await child.stdout.receive();
  say.step("it runs, and ignores SIGTERM; close() is called");
  await child.close();
  say.step(`${GRACE} ms to go by itself, ${GRACE} more after SIGTERM: it has ended by ${child.signalCode}`);
}
