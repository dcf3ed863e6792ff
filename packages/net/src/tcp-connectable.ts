import type { ByteStreamConnectable } from "@anyio/streams";
import { connectTcp, type TCPOptions } from "./connect-tcp.js";
import { checkHost, checkPort } from "./internal/host-port.js";
import type { SocketStream } from "./socket-stream.js";

/**
 * A host and a port that can be connected to over TCP, as often as is needed.
 *
 * @example
 * const remote = new TCPConnectable("example.com", 80, { happyEyeballsDelay: 100 });
 * `${remote.host}:${remote.port}`; // => "example.com:80"
 * @see anyio.TCPConnectable
 */
export class TCPConnectable implements ByteStreamConnectable {
  readonly #options: TCPOptions;

  /**
   * @param host a name or an address
   * @param port 0 to 65535
   * @param options those of `connectTcp`, TLS aside: wrap it into a `TLSConnectable`
   * @throws {TypeError} when `host` or `port` is of the wrong type
   * @throws {RangeError} when `host` or `port` cannot be one
   */
  constructor(
    readonly host: string,
    readonly port: number,
    options: TCPOptions = {},
  ) {
    checkHost("host", host);
    checkPort("port", port);
    this.#options = options;
  }

  /** What `connectTcp` does, and throws. */
  connect(): Promise<SocketStream> {
    return connectTcp(this.host, this.port, this.#options);
  }
}
