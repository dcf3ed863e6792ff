import { isCancelled } from "@anyio/core";
import type { PathObject } from "@anyio/core/lowlevel";
import { asOne } from "./internal/as-one.js";
import { connectionFailed } from "./internal/connection-failed.js";
import { openSocket } from "./internal/open-socket.js";
import { unixPathOf } from "./internal/unix-path.js";
import { SocketStream } from "./socket-stream.js";

/**
 * Connects to a Unix socket.
 *
 * **Cancellation:** closes the connection.
 *
 * @returns the connection, which the caller closes
 * @throws {ConnectionFailedError} when nobody listens there; `cause` holds the system's error
 * @throws {RangeError} when `path` is empty, or longer than the system allows
 * @throws {TypeError} when `path` is no string, nor a `Path` of `@anyio/fs`
 * @example
 * const listener = await createUnixListener("/tmp/anyio-connect-unix-example");
 * const [stream, accepted] = await Promise.all([connectUnix("/tmp/anyio-connect-unix-example"), listener.accept()]);
 * await stream.send(Uint8Array.of(1, 2, 3));
 * const bytes = await accepted.receive();
 * for (const resource of [stream, accepted, listener]) await resource.close();
 * bytes; // => Uint8Array.of(1, 2, 3)
 * @see anyio.connect_unix
 */
export function connectUnix(path: string | PathObject): Promise<SocketStream> {
  return asOne("connectUnix()", () => open(path));
}

async function open(given: string | PathObject): Promise<SocketStream> {
  const path = unixPathOf(given);
  try {
    const socket = await openSocket({ path }, path);
    return new SocketStream(socket, { local: "", remote: path });
  } catch (error) {
    if (isCancelled(error)) throw error;
    throw connectionFailed(path, [{ address: path, error }]);
  }
}
