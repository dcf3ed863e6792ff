import type { ExtraAttributes, TypedAttribute } from "@anyio/core";
import { ByteStream } from "@anyio/streams";
import type { PeerCertificate, TLSSocket } from "node:tls";
import { asOne } from "./internal/as-one.js";
import { type NodeTLSOptions, planTls, type TLSPlan, type WrapOptions } from "./internal/tls/tls-options.js";
import { TLSOverSocket } from "./internal/tls/tls-over-socket.js";
import { TLSOverStream } from "./internal/tls/tls-over-stream.js";
import { TLSAttribute } from "./tls-attribute.js";

/** What {@link TLSStream.wrap} takes: its own options, and those of node:tls that are about keys, certificates and protocols. */
export interface TLSOptions extends NodeTLSOptions, WrapOptions {
  /** Whether this side is the server, which needs a certificate; false unless told. */
  readonly serverSide?: boolean;
  /** Whom a client wants to talk to: a name, in any script, or an address. The server's certificate has to be for it. */
  readonly hostname?: string;
  /**
   * Whether the end has to be said, as the standard wants it; true unless told. Then an end of the connection without a
   * goodbye is an error, for anybody may have cut it short, and closing waits for the other side's goodbye, for a second at
   * most. Otherwise it is an end like others, and on Bun TLS over a socket is faster.
   */
  readonly standardCompatible?: boolean;
}

/**
 * TLS over any stream of bytes: a socket, a stream in memory, TLS itself.
 *
 * @see anyio.streams.tls.TLSStream
 */
export class TLSStream extends ByteStream {
  readonly #plain: ByteStream;
  readonly #attributes: ExtraAttributes;
  /** The stream under this one, which belongs to it. */
  readonly transportStream: ByteStream;

  /**
   * Shakes hands over a stream, which from then on belongs to the stream that this makes: it is closed with it, and also where
   * the handshake fails. Bound it with `failAfter`: somebody who says nothing keeps it waiting.
   *
   * **Cancellation:** closes the stream that was given.
   *
   * @throws {BrokenResourceError} when the handshake fails; its cause is Node's own error
   * @throws {TypeError} when an option is of another kind, or a client names no host and does not trust anybody
   * @example
   * import { execFileSync } from "node:child_process";
   *
   * const made = "req -x509 -nodes -newkey rsa:2048 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout - -out -";
   * const pem = execFileSync("openssl", made.split(" "), { stdio: ["ignore", "pipe", "ignore"] });
   * const listener = new TLSListener(await createTcpListener({ localHost: "127.0.0.1" }), { key: pem, cert: pem });
   * const answer = await withTaskGroup(async (tg) => {
   *   tg.startSoon(() => listener.serve((stream) => stream.send(new TextEncoder().encode("a secret"))));
   *   const connection = await connectTcp("127.0.0.1", listener.extra(SocketAttribute.localPort));
   *   await using stream = await TLSStream.wrap(connection, { hostname: "localhost", ca: pem });
   *   const bytes = await stream.receive();
   *   tg.cancel();
   *   return new TextDecoder().decode(bytes);
   * });
   * await listener.close();
   * answer; // => "a secret"
   */
  static wrap(stream: ByteStream, options?: TLSOptions): Promise<TLSStream> {
    return asOne("TLSStream.wrap()", () => TLSStream.#wrap(stream, options));
  }

  /** @internal */
  static open(stream: ByteStream, plan: TLSPlan): Promise<TLSStream> {
    return TLSStream.#open(stream, plan);
  }

  static async #wrap(stream: ByteStream, options: TLSOptions | undefined): Promise<TLSStream> {
    if (typeof (stream as Partial<ByteStream> | undefined)?.sendEof !== "function") {
      throw new TypeError(`stream must be a ByteStream, not ${typeof stream}`);
    }
    return TLSStream.#open(stream, planTls(options));
  }

  static async #open(stream: ByteStream, plan: TLSPlan): Promise<TLSStream> {
    const opening = TLSOverSocket.suits(stream, plan)
      ? TLSOverSocket.open(stream, plan)
      : TLSOverStream.open(stream, plan);
    const { plain, socket } = await opening;
    return new TLSStream(stream, plain, socket, plan);
  }

  private constructor(stream: ByteStream, plain: ByteStream, socket: TLSSocket, plan: TLSPlan) {
    super();
    this.transportStream = stream;
    this.#plain = plain;
    this.#attributes = attributesOf(socket, plan);
  }

  /** What is known of the connection, and all that the stream under it knows: see {@link TLSAttribute}. */
  override get extraAttributes(): ExtraAttributes {
    return new Map([...this.transportStream.extraAttributes, ...this.#attributes]);
  }

  /**
   * Waits for bytes and takes as many as there are: one at least, `maxBytes` at most.
   *
   * **Cancellation:** loses no byte.
   *
   * @param maxBytes 65,536 unless told
   * @throws {EndOfStreamError} when the other side has said goodbye, or where the standard is not insisted on has ended, and
   *   everything was received
   * @throws {BrokenResourceError} when the connection is broken, or has ended without a goodbye
   * @throws {ClosedResourceError} when this side was closed, before or meanwhile
   * @throws {BusyResourceError} when another `receive` is waiting
   * @throws {RangeError} when `maxBytes` is not a positive integer
   */
  override receive(maxBytes?: number): Promise<Uint8Array> {
    return this.#plain.receive(maxBytes);
  }

  override [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array, undefined> {
    return this.#plain[Symbol.asyncIterator]();
  }

  /**
   * Sends all of `bytes`, and waits until the stream under this one has taken them.
   *
   * **Cancellation:** of one that waits, the bytes are sent all the same, in order; only the waiting ends.
   *
   * @throws {ClosedResourceError} when this side was closed, before or meanwhile, or has sent its end
   * @throws {BrokenResourceError} when the connection is broken
   * @throws {BusyResourceError} when another `send` is waiting
   */
  override send(bytes: Uint8Array): Promise<void> {
    return this.#plain.send(bytes);
  }

  /**
   * Says goodbye (close_notify), over a socket with an end of its own behind it: nothing more will be sent. Receiving goes on; only that a peer on Bun may not send any more, for there
   * TLS ends both ways at once.
   *
   * **Cancellation:** in a cancelled scope it rejects, and nothing happens. Once begun, only the waiting ends.
   *
   * @throws {ClosedResourceError} when this side was closed, before or meanwhile
   * @throws {BrokenResourceError} when the connection is broken
   * @throws {BusyResourceError} when a `send` is waiting
   */
  override sendEof(): Promise<void> {
    return this.#plain.sendEof();
  }

  /**
   * Says goodbye, waits for the other side's for a second at most where the standard is insisted on, and closes the stream
   * under this one.
   *
   * **Cancellation:** closing always closes, without a goodbye then.
   */
  override async close(): Promise<void> {
    try {
      await this.#plain.close();
    } finally {
      await this.transportStream.close();
    }
  }
}

/** What there is to know is looked at as it is asked for, the first time: of a connection that is gone Node tells nothing. */
function attributesOf(socket: TLSSocket, plan: TLSPlan): ExtraAttributes {
  const { alpnProtocol } = socket;
  const tlsVersion = socket.getProtocol();
  const cipher = socket.getCipher();
  let certificate: PeerCertificate | null | undefined;
  return new Map<TypedAttribute<unknown>, () => unknown>([
    [TLSAttribute.alpnProtocol, () => alpnProtocol || null],
    [TLSAttribute.tlsVersion, () => tlsVersion],
    [TLSAttribute.cipher, () => cipher],
    [TLSAttribute.peerCertificate, () => (certificate ??= certificateOf(socket))],
    [TLSAttribute.serverSide, () => plan.serverSide],
    [TLSAttribute.standardCompatible, () => plan.standardCompatible],
  ]);
}

function certificateOf(socket: TLSSocket): PeerCertificate | null {
  const certificate = socket.getPeerCertificate() as PeerCertificate | null | undefined;
  return certificate?.raw === undefined ? null : certificate;
}
