import { type Path, temporaryDirectory } from "@anyio/fs";
import { connectUnix, createUnixListener, type SocketStream } from "@anyio/net";
import { runProcess } from "@anyio/subprocess";
import { withTaskGroup } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "Unix sockets, and what a crash leaves behind";

export async function tell(say: Narrator): Promise<void> {
  say.about("A daemon is reached by a path instead of a port. The one that ran before it has crashed.");
  await using directory = await temporaryDirectory();
  const path = directory.path.joinpath("daemon.sock");
  const see = async (who: string): Promise<void> =>
    say.step(`${who}: daemon.sock is ${(await path.exists()) ? "there" : "gone"}`);

  say.part("Taking its place");
  await crash(path);
  await see("after the crash");
  await serve(say, path);
  await see("after the end");

  say.lesson(
    "A path belongs to whoever answers there. What a crash has left behind is replaced, a live daemon's is not, and no other " +
      "file is ever touched. When the listener is closed, its path goes with it.",
  );
}

async function serve(say: Narrator, path: Path): Promise<void> {
  await using listener = await createUnixListener(path.toString(), { mode: 0o600 });
  say.step("daemon: has taken its place, and answers");
  await withTaskGroup(async (tg) => {
    tg.startSoon(() => listener.serve(answer), { service: true, name: "daemon" });
    try {
      await using _ = await createUnixListener(path.toString());
    } catch (error) {
      say.step(`a second daemon: ${(error as Error).message}`);
    }
    await using stream = await connectUnix(path.toString());
    await stream.send(new TextEncoder().encode("how are you?"));
    say.step(`client: was told '${new TextDecoder().decode(await stream.receive())}'`);
  });
}

async function answer(stream: SocketStream): Promise<void> {
  for await (const _ of stream) await stream.send(new TextEncoder().encode("I am fine"));
}

/** A process that listens on the path, and is killed. */
async function crash(path: Path): Promise<void> {
  const program = `net.createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  await runProcess([process.execPath, "-e", program], { check: false });
}
