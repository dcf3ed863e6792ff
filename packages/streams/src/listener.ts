import { TypedAttributeProvider } from "@anyio/core";

/**
 * Something that waits for others to connect.
 *
 * @typeParam T the stream that each connection is
 * @see anyio.abc.Listener
 */
export abstract class Listener<T> extends TypedAttributeProvider implements AsyncDisposable {
  /**
   * Accepts connections, and calls `handler` with each in a task of its own, until it is cancelled or the listener is closed.
   *
   * @throws {ClosedResourceError} when the listener was closed, before or meanwhile
   */
  abstract serve(handler: (stream: T) => unknown, options?: ServeOptions<T>): Promise<never>;

  /** Stops listening. **Cancellation:** closing always closes. */
  abstract close(): Promise<void>;

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** How a listener serves. */
export interface ServeOptions<T> {
  /** Where the handlers run; in a group of `serve`'s own unless told. */
  readonly taskGroup?: { startSoon(handler: () => unknown): unknown };
  /** Told once connections are accepted: what `tg.start` hands over. */
  readonly status?: { started(listener: Listener<T>): void };
  /** Gets what a handler throws; without it, a handler's error ends the group. */
  readonly onError?: (error: unknown, stream: T) => unknown;
}
