import { chmod, lstat, unlink } from "node:fs/promises";
import { abandonOnCancel, forceClose, isCancelled } from "@anyio/core";
import type { PathObject } from "@anyio/core/lowlevel";
import { asOne } from "./internal/as-one.js";
import { checkBacklog, DEFAULT_BACKLOG } from "./internal/check-backlog.js";
import { listen } from "./internal/listen.js";
import { openSocket } from "./internal/open-socket.js";
import { unixPathOf } from "./internal/unix-path.js";
import type { SocketListener } from "./socket-listener.js";

/** How {@link createUnixListener} listens. */
export interface CreateUnixListenerOptions {
  /** The permissions of the socket's file, such as `0o600`: who may write to it may connect. */
  readonly mode?: number;
  /** How many connections may wait to be accepted, 65,536 unless told; those beyond are reset. The system may allow less. */
  readonly backlog?: number;
}

/**
 * Listens for connections on a Unix socket. A file that a listener has left behind which is no more is replaced. Closing the listener
 * removes the file.
 *
 * **Cancellation:** stops listening.
 *
 * @returns what the caller serves and closes
 * @throws the system's error when it cannot listen there: EADDRINUSE where somebody listens, or there is another file
 * @throws {RangeError} when `path` is empty or longer than the system allows, or `backlog` or `mode` is out of range
 * @throws {TypeError} when `path` is no string, nor a `Path` of `@anyio/fs`
 * @example
 * const listener = await createUnixListener("/tmp/anyio-create-unix-listener-example", { mode: 0o600 });
 * const answer = await withTaskGroup(async (tg) => {
 *   tg.startSoon(() => listener.serve((stream) => stream.send(new TextEncoder().encode("hello"))));
 *   await using stream = await connectUnix("/tmp/anyio-create-unix-listener-example");
 *   const bytes = await stream.receive();
 *   tg.cancel();
 *   return new TextDecoder().decode(bytes);
 * });
 * await listener.close();
 * answer; // => "hello"
 * @see anyio.create_unix_listener
 */
export function createUnixListener(
  path: string | PathObject,
  options: CreateUnixListenerOptions = {},
): Promise<SocketListener> {
  return asOne("createUnixListener()", () => create(path, options));
}

async function create(given: string | PathObject, options: CreateUnixListenerOptions): Promise<SocketListener> {
  const { mode, backlog = DEFAULT_BACKLOG } = options;
  const path = unixPathOf(given);
  checkBacklog(backlog);
  if (mode !== undefined) checkMode(mode);
  const listener = await bind(path, backlog);
  try {
    if (mode !== undefined) await abandonOnCancel(chmod(path, mode));
    return listener;
  } catch (error) {
    await forceClose(listener);
    throw error;
  }
}

async function bind(path: string, backlog: number): Promise<SocketListener> {
  try {
    return await listen({ path }, backlog, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || !(await isStale(path))) throw error;
  }
  await abandonOnCancel(unlink(path));
  return listen({ path }, backlog, path);
}

/** Whether there is the file of a socket on which nobody listens. */
async function isStale(path: string): Promise<boolean> {
  const stats = await abandonOnCancel(lstat(path));
  if (!stats.isSocket()) return false;
  try {
    await forceClose(await openSocket({ path }, path));
    return false;
  } catch (error) {
    if (isCancelled(error)) throw error;
    return (error as NodeJS.ErrnoException).code === "ECONNREFUSED";
  }
}

function checkMode(mode: number): void {
  if (Number.isInteger(mode) && mode >= 0 && mode <= 0o777) return;
  throw new RangeError(`mode must be permissions from 0o000 to 0o777, not ${String(mode)}`);
}
