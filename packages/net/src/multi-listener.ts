import type { ExtraAttributes } from "@anyio/core";
import { Listener, type ServeOptions } from "@anyio/streams";
import { Serving } from "./internal/serving.js";

/**
 * Several listeners that are served as one, such as those of the two families of addresses.
 *
 * @typeParam T the stream that each connection is
 * @example
 * const tcp = await createTcpListener({ localHost: "127.0.0.1" });
 * const unix = await createUnixListener("/tmp/anyio-multi-listener-example");
 * const listener = new MultiListener([tcp, unix]);
 * const families = await withTaskGroup(async (tg) => {
 *   await tg.start((status) => listener.serve((stream) => stream.send(Uint8Array.of(7)), { status }));
 *   await using one = await connectTcp("127.0.0.1", listener.extra(SocketAttribute.localPort));
 *   await using other = await connectUnix("/tmp/anyio-multi-listener-example");
 *   await Promise.all([one.receive(), other.receive()]);
 *   tg.cancel();
 *   return [one, other].map((stream) => stream.extra(SocketAttribute.family));
 * });
 * await listener.close();
 * families; // => ["ipv4", "unix"]
 * @see anyio.streams.stapled.MultiListener
 */
export class MultiListener<T> extends Listener<T> {
  readonly listeners: readonly Listener<T>[];
  readonly #serving = new Serving();

  /**
   * @param listeners what to serve; they are closed with this one
   * @throws {TypeError} when there is none
   */
  constructor(listeners: Iterable<Listener<T>>) {
    super();
    this.listeners = [...listeners];
    if (this.listeners.length === 0) throw new TypeError("listeners must not be empty");
  }

  /** The attributes of all; where several know one, the first one's. */
  override get extraAttributes(): ExtraAttributes {
    return new Map(this.listeners.toReversed().flatMap((listener) => [...listener.extraAttributes]));
  }

  /**
   * Serves all, as each of them does, until one fails or is closed.
   *
   * **Cancellation:** cancels and joins the handlers that are not in a group of yours. The listeners go on to listen.
   *
   * @throws {ClosedResourceError} when this or one of the listeners was closed, before or meanwhile
   * @throws {BusyResourceError} when one of them is being served already
   * @throws {TypeError} when `handler` is no function
   * @throws the error of a handler where there is no `onError`, and what `onError` throws
   */
  override serve(handler: (stream: T) => unknown, options: ServeOptions<T> = {}): Promise<never> {
    return this.#serving.run(handler, async (tg) => {
      let starting = this.listeners.length;
      const status = { started: () => void (--starting === 0 && options.status?.started(this)) };
      for (const listener of this.listeners) tg.startSoon(() => listener.serve(handler, { ...options, status }));
    });
  }

  /**
   * Closes all of them, whatever the first does.
   *
   * **Cancellation:** closing always closes; then the handlers are not joined.
   *
   * @throws what closing the first of them throws that does
   */
  override async close(): Promise<void> {
    const ended = this.#serving.close();
    const results = await Promise.allSettled(this.listeners.map((listener) => listener.close()));
    await ended;
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }
}
