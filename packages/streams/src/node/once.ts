import type { EventEmitter } from "node:events";
import { suspendForeign } from "@anyio/core/lowlevel";
import {
  checkEventSource,
  type EventArguments,
  type EventName,
  type EventSource,
  failsByError,
  listen,
  unlisten,
} from "./listen.js";

/**
 * Waits for the next event of a name, and resolves to its arguments. An `error` event, unless it is what is waited for,
 * is thrown as it is.
 *
 * **Cancellation:** the listeners are removed.
 *
 * @param emitter an `EventEmitter`, or an `EventTarget`, whose only argument is the event
 * @throws {TypeError} when `emitter` is neither
 * @example
 * import { EventEmitter } from "node:events";
 *
 * const emitter = new EventEmitter();
 * setTimeout(() => emitter.emit("greeting", "hello", "world"), 10);
 * await once(emitter, "greeting"); // => ["hello", "world"]
 * @see events for all of them: between two calls of `once` an event may be missed
 */
export function once<M extends EventArguments<M>, K extends keyof M>(emitter: EventEmitter<M>, name: K): Promise<M[K]>;
export function once<A extends unknown[] = unknown[]>(emitter: EventSource, name: EventName): Promise<A>;
export function once(emitter: EventSource, name: EventName): Promise<unknown[]> {
  try {
    checkEventSource(emitter);
  } catch (error) {
    return Promise.reject(error);
  }
  return suspendForeign(`event "${String(name)}"`, (waiter) => {
    // An emitter may emit while listeners are removed: what has come first counts.
    const onEvent = (...args: unknown[]): void => {
      waiter.resume(args);
      stop();
    };
    const onError = (error: unknown): void => {
      waiter.throw(error);
      stop();
    };
    const hasErrors = name !== "error" && failsByError(emitter);
    const stop = (): void => {
      unlisten(emitter, name, onEvent);
      if (hasErrors) unlisten(emitter, "error", onError);
    };
    listen(emitter, name, onEvent);
    if (hasErrors) listen(emitter, "error", onError);
    return stop;
  });
}
