import { randomUUID } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suspendShielded } from "@anyio/core/lowlevel";

/** The two ends of a pipe: what is written into one is read from the other. */
export interface SocketPair {
  readonly ours: Socket;
  /** For children to inherit; ours to destroy. */
  readonly theirs: Socket;
}

/**
 * Makes a pipe that can be given to a child more than once. Node has no function for that, and a child whose stdout and stderr are pipes
 * of their own leaves nobody to tell which of two lines came first.
 */
export function makeSocketPair(): Promise<SocketPair> {
  return suspendShielded<SocketPair>("a pipe", (waiter) => {
    const path = process.platform === "win32" ? String.raw`\\.\pipe\${randomUUID()}` : join(tmpdir(), randomUUID());
    const server = createServer();
    let theirs: Socket | undefined;
    const fail = (error: Error): void => {
      server.close();
      theirs?.destroy();
      waiter.throw(error);
    };
    server.once("error", fail);
    server.once("connection", (ours) => {
      server.close();
      if (theirs === undefined) return;
      theirs.off("error", fail);
      // It is the child that writes there.
      theirs.on("error", () => {});
      waiter.resume({ ours, theirs });
    });
    listen(server, path, () => {
      theirs = connect(path);
      theirs.once("error", fail);
    });
  });
}

function listen(server: Server, path: string, callback: () => void): void {
  server.listen(path, 1, callback);
}
