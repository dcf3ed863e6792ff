import type { EventEmitter } from "node:events";
import { WouldBlockError } from "@anyio/core";
import { immediate, quietly, WaitQueue } from "@anyio/core/lowlevel";
import { checkBufferSize } from "../internal/checks.js";
import { Deque } from "../internal/deque.js";
import { END } from "../internal/receive-iterator.js";
import {
  checkEventSource,
  type EventArguments,
  type EventName,
  type EventSource,
  failsByError,
  listen,
  unlisten,
} from "./listen.js";

/** What `events` takes besides an emitter and a name. */
export interface EventsOptions {
  /** The event or events that end the iteration, once what came before was received. */
  readonly endOn?: EventName | readonly EventName[];
  /** How many events may wait to be received: a whole number or Infinity. 1,024 unless told. */
  readonly maxBufferSize?: number;
  /**
   * What becomes of an event that finds the buffer full: `"error"`, unless told, ends the iteration with a
   * `WouldBlockError` after what is buffered, `"dropOldest"` makes room for it, `"dropNewest"` drops it.
   */
  readonly overflow?: "error" | "dropOldest" | "dropNewest";
}

/** The events of one name, each as the array of its arguments. */
export interface EventStream<A extends unknown[] = unknown[]>
  extends AsyncIterableIterator<A, undefined>, AsyncDisposable {
  /**
   * Waits for the next event.
   *
   * **Cancellation:** loses no event, and listening goes on. A loop that is left by it ends the iteration.
   */
  next(): Promise<IteratorResult<A, undefined>>;
  /** Ends listening, drops what is buffered, and ends every pending `next()`. */
  return(): Promise<IteratorReturnResult<undefined>>;
}

/**
 * Listens for the events of a name from the call on, and gives each as the array of its arguments. Iterating waits for
 * them; leaving the loop in any way ends listening, and so does disposing.
 *
 * An `error` event, unless it is what is listened for, ends the iteration: it is thrown as it is, after what came before.
 * The iteration belongs to no scope: where a scope is left in which somebody waits, that waiting ends. Leave the loop, or
 * declare the stream with `await using`, for the listeners to be removed.
 *
 * @param emitter an `EventEmitter`, or an `EventTarget`, whose only argument is the event
 * @throws {TypeError} when `emitter` is neither, or an option is of another kind
 * @throws {RangeError} when `maxBufferSize` is negative or not whole
 * @throws {WouldBlockError} from the iteration, when more than `maxBufferSize` events came that nobody took
 * @example
 * import { EventEmitter } from "node:events";
 *
 * const emitter = new EventEmitter();
 * const numbers = events<[number]>(emitter, "number", { endOn: "done" });
 * emitter.emit("number", 1);
 * emitter.emit("number", 2);
 * emitter.emit("done");
 * let sum = 0;
 * for await (const [number] of numbers) sum += number;
 * sum; // => 3
 * @see once for a single event
 */
export function events<M extends EventArguments<M>, K extends keyof M>(
  emitter: EventEmitter<M>,
  name: K,
  options?: EventsOptions,
): EventStream<M[K]>;
export function events<A extends unknown[] = unknown[]>(
  emitter: EventSource,
  name: EventName,
  options?: EventsOptions,
): EventStream<A>;
export function events(emitter: EventSource, name: EventName, options: EventsOptions = {}): EventStream {
  checkEventSource(emitter);
  return new BufferedEvents(emitter, name, options);
}

class BufferedEvents implements EventStream {
  readonly #emitter: EventSource;
  readonly #name: EventName;
  readonly #endNames: readonly EventName[];
  readonly #hasErrors: boolean;
  readonly #maxBufferSize: number;
  readonly #overflow: NonNullable<EventsOptions["overflow"]>;
  readonly #buffer = new Deque<unknown[]>();
  readonly #waiting = new WaitQueue<IteratorResult<unknown[], undefined>>({ isForeign: true });
  /** Not while it begins or ends to listen, of which an emitter may tell by events. */
  #isListening = false;
  /** What is thrown once the buffer is empty. */
  #failure: { readonly error: unknown } | null = null;

  constructor(emitter: EventSource, name: EventName, options: EventsOptions) {
    const { endOn = [], maxBufferSize = 1024, overflow = "error" } = options;
    this.#emitter = emitter;
    this.#name = name;
    this.#endNames = Array.isArray(endOn) ? endOn : [endOn as EventName];
    this.#hasErrors = name !== "error" && !this.#endNames.includes("error") && failsByError(emitter);
    checkBufferSize(maxBufferSize);
    this.#maxBufferSize = maxBufferSize;
    this.#overflow = checkOverflow(overflow);
    listen(emitter, name, this.#onEvent);
    for (const endName of this.#endNames) listen(emitter, endName, this.#onEnd);
    if (this.#hasErrors) listen(emitter, "error", this.#onError);
    this.#isListening = true;
  }

  next(): Promise<IteratorResult<unknown[], undefined>> {
    if (this.#buffer.length > 0 || !this.#isListening) return immediate(this.#take);
    return this.#waiting.wait(`event "${String(this.#name)}"`);
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.#buffer.clear();
    this.#failure = null;
    this.#end();
    return Promise.resolve(END);
  }

  async throw(error?: unknown): Promise<never> {
    await this.return();
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  // A loop does not say that it is left where `next()` has rejected.
  [Symbol.asyncIterator](): AsyncIterableIterator<unknown[], undefined> {
    const leave = (error: unknown): never => {
      void this.return();
      throw error;
    };
    return {
      next: () => quietly(this.next().catch(leave)),
      return: () => this.return(),
      throw: (error: unknown) => this.throw(error),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  readonly #take = (): IteratorResult<unknown[], undefined> => {
    if (this.#buffer.length > 0) return { value: this.#buffer.shift(), done: false };
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure.error;
    return END;
  };

  readonly #onEvent = (...event: unknown[]): void => {
    if (!this.#isListening) return;
    if (this.#waiting.wake({ value: event, done: false })) return;
    if (this.#buffer.length < this.#maxBufferSize) this.#buffer.push(event);
    else this.#overflowWith(event);
  };

  readonly #onEnd = (): void => this.#end();

  readonly #onError = (error: unknown): void => {
    if (!this.#isListening) return;
    if (!this.#waiting.fail(error)) this.#failure = { error };
    this.#end();
  };

  #overflowWith(event: unknown[]): void {
    if (this.#overflow === "error") {
      this.#onError(
        new WouldBlockError(
          `more than ${this.#maxBufferSize} "${String(this.#name)}" events are waiting; ` +
            'take them faster, or choose another maxBufferSize or overflow: "dropOldest"',
        ),
      );
    } else if (this.#overflow === "dropOldest" && this.#maxBufferSize > 0) {
      this.#buffer.shift();
      this.#buffer.push(event);
    }
  }

  #end(): void {
    if (!this.#isListening) return;
    this.#isListening = false;
    unlisten(this.#emitter, this.#name, this.#onEvent);
    for (const endName of this.#endNames) unlisten(this.#emitter, endName, this.#onEnd);
    if (this.#hasErrors) unlisten(this.#emitter, "error", this.#onError);
    this.#waiting.wakeAll(END);
  }
}

function checkOverflow(overflow: NonNullable<EventsOptions["overflow"]>): NonNullable<EventsOptions["overflow"]> {
  if (["error", "dropOldest", "dropNewest"].includes(overflow)) return overflow;
  throw new TypeError(`overflow must be "error", "dropOldest" or "dropNewest", not ${overflow as string}`);
}
