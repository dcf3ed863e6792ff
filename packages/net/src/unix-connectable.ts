import type { ByteStreamConnectable } from "@anyio/streams";
import { connectUnix } from "./connect-unix.js";
import { checkUnixPath } from "./internal/unix-path.js";
import type { SocketStream } from "./socket-stream.js";

/**
 * A Unix socket that can be connected to, as often as is needed.
 *
 * @example
 * new UNIXConnectable("/run/app.sock").path; // => "/run/app.sock"
 * @see anyio.UNIXConnectable
 */
export class UNIXConnectable implements ByteStreamConnectable {
  /**
   * @throws {TypeError} when `path` is no string
   * @throws {RangeError} when `path` is empty, or longer than the system allows
   */
  constructor(readonly path: string) {
    checkUnixPath(path);
  }

  /** What `connectUnix` does, and throws. */
  connect(): Promise<SocketStream> {
    return connectUnix(this.path);
  }
}
