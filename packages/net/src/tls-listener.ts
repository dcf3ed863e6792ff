import { type ExtraAttributes, failAfter, rethrowIfCancelled } from "@anyio/core";
import { type ByteStream, Listener, type ServeOptions } from "@anyio/streams";
import { serveOne } from "./internal/serve-one.js";
import { planTls, type TLSPlan } from "./internal/tls/tls-options.js";
import { TLSAttribute } from "./tls-attribute.js";
import { type TLSOptions, TLSStream } from "./tls-stream.js";

/** What a {@link TLSListener} takes: what {@link TLSStream.wrap} takes of a server, and how patient it is. */
export interface TLSListenerOptions extends Omit<TLSOptions, "hostname" | "serverSide"> {
  /** How long a client may take to shake hands, in ms; 30,000 unless told, and `Infinity` or null for as long as it likes. */
  readonly handshakeTimeout?: number | null;
}

/** How a {@link TLSListener} serves. */
export interface TLSServeOptions extends Omit<ServeOptions<TLSStream>, "onError"> {
  /**
   * Gets what a handler throws, with its `TLSStream`, and also what a handshake fails with, with the stream that it failed over.
   * Without it a handler's error ends the group, and a connection without a handshake is dropped.
   */
  readonly onError?: (error: unknown, stream: ByteStream) => unknown;
}

/**
 * Listens for TLS connections, by means of another listener.
 *
 * Each connection shakes hands in a task of its own: one that fails to, or says nothing, is closed, and keeps nobody else waiting.
 *
 * @see anyio.streams.tls.TLSListener
 */
export class TLSListener extends Listener<TLSStream> {
  readonly #plan: TLSPlan;
  readonly #handshakeTimeout: number | null;

  /**
   * @param listener where the connections come from; it is closed with this one
   * @throws {TypeError} when there is no certificate, or an option is of another kind
   * @throws {RangeError} when `handshakeTimeout` is not a positive number
   * @throws Node's error when a key or a certificate cannot be read
   */
  constructor(
    readonly listener: Listener<ByteStream>,
    options: TLSListenerOptions,
  ) {
    super();
    if (typeof (listener as Partial<Listener<ByteStream>> | undefined)?.serve !== "function") {
      throw new TypeError(`listener must be a Listener, not ${typeof listener}`);
    }
    const { handshakeTimeout = 30_000, ...tls } = options ?? {};
    this.#handshakeTimeout = checkTimeout(handshakeTimeout);
    this.#plan = planTls({ ...tls, serverSide: true });
  }

  /** What the listener under this one knows, and whether the standard is insisted on. */
  override get extraAttributes(): ExtraAttributes {
    return new Map([
      ...this.listener.extraAttributes,
      [TLSAttribute.standardCompatible, () => this.#plan.standardCompatible],
    ]);
  }

  /**
   * Accepts connections, and calls `handler` with each, once it has shaken hands, in a task of its own. The stream is closed when its
   * handler ends.
   *
   * **Cancellation:** as of the listener under this one.
   *
   * @throws {ClosedResourceError} when the listener was closed, before or meanwhile
   * @throws {BusyResourceError} when it is being served already
   * @throws the error of a handler where there is no `onError`, and what `onError` throws
   */
  override serve(handler: (stream: TLSStream) => unknown, options: TLSServeOptions = {}): Promise<never> {
    const { taskGroup, status, onError } = options;
    return this.listener.serve(
      async (stream) => {
        const secured = await this.#shakeHands(stream, onError);
        if (secured !== undefined) await serveOne(secured, handler, onError);
      },
      {
        ...(taskGroup === undefined ? {} : { taskGroup }),
        ...(status === undefined ? {} : { status: { started: () => status.started(this) } }),
      },
    );
  }

  /** Closes the listener under this one. **Cancellation:** closing always closes. */
  override close(): Promise<void> {
    return this.listener.close();
  }

  async #shakeHands(stream: ByteStream, onError: TLSServeOptions["onError"]): Promise<TLSStream | undefined> {
    try {
      return await failAfter(this.#handshakeTimeout, () => TLSStream.open(stream, this.#plan), {
        reason: "TLS handshake",
      });
    } catch (error) {
      rethrowIfCancelled(error);
      await onError?.(error, stream);
      return undefined;
    }
  }
}

function checkTimeout(timeout: number | null): number | null {
  if (timeout === null) return null;
  if (typeof timeout !== "number")
    throw new TypeError(`handshakeTimeout must be a number or null, not ${typeof timeout}`);
  if (!(timeout > 0)) throw new RangeError(`handshakeTimeout must be positive, not ${timeout}`);
  return timeout;
}
