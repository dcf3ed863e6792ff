import { asOne } from "./internal/as-one.js";
import { connectionFailed } from "./internal/connection-failed.js";
import { openSocket } from "./internal/open-socket.js";
import { checkUnixPath } from "./internal/unix-path.js";
import { SocketStream } from "./socket-stream.js";
import { isCancelled } from "@anyio/core";

/**
 * Connects to a Unix socket.
 *
 * **Cancellation:** closes the connection.
 *
 * @returns the connection, which the caller closes
 * @throws {ConnectionFailedError} when nobody listens there; `cause` holds the system's error
 * @throws {RangeError} when `path` is empty, or longer than the system allows
 * @throws {TypeError} when `path` is no string
 * @example
 * const listener = await createUnixListener("/tmp/anyio-connect-unix-example");
 * const [stream, accepted] = await Promise.all([connectUnix("/tmp/anyio-connect-unix-example"), listener.accept()]);
 * await stream.send(Uint8Array.of(1, 2, 3));
 * const bytes = await accepted.receive();
 * for (const resource of [stream, accepted, listener]) await resource.close();
 * bytes; // => Uint8Array.of(1, 2, 3)
 * @see anyio.connect_unix
 */
export function connectUnix(path: string): Promise<SocketStream> {
  return asOne("connectUnix()", () => open(path));
}

async function open(path: string): Promise<SocketStream> {
  checkUnixPath(path);
  try {
    const socket = await openSocket({ path }, path);
    return new SocketStream(socket, { local: "", remote: path });
  } catch (error) {
    if (isCancelled(error)) throw error;
    throw connectionFailed(path, [{ address: path, error }]);
  }
}
