import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectUnix, createUnixListener, type SocketStream } from "@anyio/net";
import { withTaskGroup } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "Unix sockets, and what a crash leaves behind";

export async function tell(say: Narrator): Promise<void> {
  say.about("A daemon is reached by a path instead of a port. The one that ran before it has crashed.");
  const dir = mkdtempSync(join(tmpdir(), "anyio-tour-"));
  const path = join(dir, "daemon.sock");
  const see = (who: string): void => say.step(`${who}: daemon.sock is ${existsSync(path) ? "there" : "gone"}`);

  say.part("Taking its place");
  try {
    crash(path);
    see("after the crash");
    await serve(say, path);
    see("after the end");
  } finally {
    rmSync(dir, { recursive: true });
  }

  say.lesson(
    "A path belongs to whoever answers there. What a crash has left behind is replaced, a live daemon's is not, and no other " +
      "file is ever touched. When the listener is closed, its path goes with it.",
  );
}

async function serve(say: Narrator, path: string): Promise<void> {
  await using listener = await createUnixListener(path, { mode: 0o600 });
  say.step("daemon: has taken its place, and answers");
  await withTaskGroup(async (tg) => {
    tg.startSoon(() => listener.serve(answer), { service: true, name: "daemon" });
    try {
      await using _ = await createUnixListener(path);
    } catch (error) {
      say.step(`a second daemon: ${(error as Error).message}`);
    }
    await using stream = await connectUnix(path);
    await stream.send(new TextEncoder().encode("how are you?"));
    say.step(`client: was told ${new TextDecoder().decode(await stream.receive())}`);
  });
}

async function answer(stream: SocketStream): Promise<void> {
  for await (const _ of stream) await stream.send(new TextEncoder().encode("I am fine"));
}

/** A process that listens on the path, and is killed. */
function crash(path: string): void {
  const program = `net.createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", program]);
}
