import type { ByteStreamConnectable } from "@anyio/streams";
import { asOne } from "./internal/as-one.js";
import { planTls, type TLSPlan } from "./internal/tls/tls-options.js";
import { type TLSOptions, TLSStream } from "./tls-stream.js";

/**
 * Something that a TLS connection can be made to, as often as is needed, over what another connectable connects to.
 *
 * @see anyio.streams.tls.TLSConnectable
 */
export class TLSConnectable implements ByteStreamConnectable {
  readonly #plan: TLSPlan;

  /**
   * @param connectable what the connections are made to
   * @param options what {@link TLSStream.wrap} takes
   * @throws {TypeError} when an option is of another kind, or no host is named and not anybody is trusted
   * @throws Node's error when a key or a certificate cannot be read
   */
  constructor(
    readonly connectable: ByteStreamConnectable,
    options?: TLSOptions,
  ) {
    if (typeof (connectable as Partial<ByteStreamConnectable> | undefined)?.connect !== "function") {
      throw new TypeError(`connectable must have a method connect(), unlike ${typeof connectable}`);
    }
    this.#plan = planTls(options);
  }

  /**
   * Connects, and shakes hands. The caller closes the stream.
   *
   * **Cancellation:** nothing is left open.
   *
   * @throws {ConnectionFailedError} when no connection could be made
   * @throws {BrokenResourceError} when the handshake fails; its cause is Node's own error
   */
  connect(): Promise<TLSStream> {
    return asOne("TLSConnectable.connect()", () => this.#connect());
  }

  async #connect(): Promise<TLSStream> {
    return TLSStream.open(await this.connectable.connect(), this.#plan);
  }
}
