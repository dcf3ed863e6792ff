import type { ExtraAttributes } from "@anyio/core";
import { Listener, type ServeOptions } from "@anyio/streams";
import { Serving } from "./internal/serving.js";

/**
 * Several listeners that are served as one, such as those of the two families of addresses.
 *
 * @typeParam T the stream that each connection is
 * @see anyio.streams.stapled.MultiListener
 */
export class MultiListener<T> extends Listener<T> {
  readonly listeners: readonly Listener<T>[];
  readonly #serving = new Serving();

  /** @param listeners what to serve; they are closed with this one */
  constructor(listeners: Iterable<Listener<T>>) {
    super();
    this.listeners = [...listeners];
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
   * @throws the error of a handler where there is no `onError`, and what `onError` throws
   */
  override serve(handler: (stream: T) => unknown, options: ServeOptions<T> = {}): Promise<never> {
    return this.#serving.run(async (tg) => {
      let starting = this.listeners.length;
      const status = { started: () => void (--starting === 0 && options.status?.started(this)) };
      for (const listener of this.listeners) tg.startSoon(() => listener.serve(handler, { ...options, status }));
    });
  }

  /**
   * Closes all of them, whatever the first does.
   *
   * **Cancellation:** closing always closes; then the handlers are not joined.
   */
  override async close(): Promise<void> {
    const ended = this.#serving.close();
    await Promise.all(this.listeners.map((listener) => listener.close()));
    await ended;
  }
}
