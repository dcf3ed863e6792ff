import type { PathObject } from "@anyio/core/lowlevel";
import type { ByteStreamConnectable } from "@anyio/streams";
import { connectUnix } from "./connect-unix.js";
import { unixPathOf } from "./internal/unix-path.js";
import type { SocketStream } from "./socket-stream.js";

/**
 * A Unix socket that can be connected to, as often as is needed.
 *
 * @example
 * new UNIXConnectable("/run/app.sock").path; // => "/run/app.sock"
 * @see anyio.UNIXConnectable
 */
export class UNIXConnectable implements ByteStreamConnectable {
  /** The path of the socket, as text. */
  readonly path: string;

  /**
   * @throws {TypeError} when `path` is no string, nor a `Path` of `@anyio/fs`
   * @throws {RangeError} when `path` is empty, or longer than the system allows
   */
  constructor(path: string | PathObject) {
    this.path = unixPathOf(path);
  }

  /** What `connectUnix` does, and throws. */
  connect(): Promise<SocketStream> {
    return connectUnix(this.path);
  }
}
