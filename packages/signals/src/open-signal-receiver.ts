import { constants } from "node:os";
import { isMainThread } from "node:worker_threads";
import { ClosedResourceError, InvalidStateError, type SignalName } from "@anyio/core";
import { immediate, noteClosed, noteOpened, WaitQueue } from "@anyio/core/lowlevel";
import { Backlog } from "./internal/backlog.js";
import { keepAlive } from "./internal/keep-alive.js";
import { subscribe, unsubscribe } from "./internal/signal-listeners.js";

/**
 * Receives signals of the operating system from this call on, until it is closed: synchronously, so no signal is missed in between.
 *
 * Every receiver gets every signal, and keeps those that nobody waits for. While a receiver of a signal is open neither the signal's
 * default action nor `run()`'s handling of it takes place; with the last one closed both are back. What else listens for the signal
 * goes on to be called. A signal that comes several times before the system hands it over comes once.
 *
 * Whoever waits for a signal keeps the process alive; a receiver that nobody waits for does not.
 *
 * @param names one signal or several
 * @throws {TypeError} when no name is given, or one is unknown here or cannot be received, as SIGKILL cannot
 * @throws {InvalidStateError} in a worker thread, which signals do not reach
 * @example
 * const received: string[] = [];
 * await run(async () => {
 *   using signals = openSignalReceiver("SIGHUP", "SIGTERM");
 *   process.kill(process.pid, "SIGHUP");
 *   for await (const name of signals) {
 *     received.push(name);
 *     if (name === "SIGTERM") break;
 *     process.kill(process.pid, "SIGTERM");
 *   }
 * });
 * received; // => ["SIGHUP", "SIGTERM"]
 * @see anyio.open_signal_receiver
 */
export function openSignalReceiver(...names: SignalName[]): SignalReceiver {
  checkNames(names);
  if (!isMainThread) {
    throw new InvalidStateError("signals only reach the main thread; open the receiver there and pass on what it gets");
  }
  return new SignalReceiver([...new Set(names)]);
}

/** Signals as they come; {@link openSignalReceiver} makes it. Iterating waits for them; leaving the loop does not close it. */
export class SignalReceiver implements AsyncIterable<SignalName, undefined>, Disposable {
  readonly #names: readonly SignalName[];
  readonly #pending = new Backlog<SignalName>();
  readonly #waiting = new WaitQueue<IteratorResult<SignalName, undefined>, SignalIterator>({ isForeign: true });
  readonly #label: string;
  #isClosed = false;

  /** @internal */
  constructor(names: readonly SignalName[]) {
    this.#names = names;
    this.#label = names.join(" or ");
    subscribe(names, this.#receive);
    noteOpened(this, `a receiver of ${this.#label}`);
  }

  /** Stops receiving, at once and for good; what was not taken is dropped, and whoever waits gets a `ClosedResourceError`. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    unsubscribe(this.#names, this.#receive);
    noteClosed(this);
    this.#pending.clear();
    while (this.#waiting.fail(closed()));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Iterates over the signals. Several iterators share them: each signal goes to whoever has waited longest.
   *
   * **Cancellation:** of a `next()` that waits loses no signal.
   *
   * @throws {ClosedResourceError} from `next()`, when the receiver was closed, before or meanwhile
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<SignalName, undefined> {
    return new SignalIterator({
      isReady: () => this.#isClosed || !this.#pending.isEmpty,
      take: () => {
        if (this.#isClosed) throw closed();
        return this.#pending.shift();
      },
      wait: (iterator) => keepAlive(this.#waiting.wait(this.#label, iterator)),
      leave: (iterator) => void this.#waiting.wakeWhere((other) => other === iterator, END),
    });
  }

  readonly #receive = (name: SignalName): void => {
    if (!this.#waiting.wake({ value: name, done: false })) this.#pending.push(name);
  };
}

/** What an iterator sees of its receiver. */
interface Source {
  isReady(): boolean;
  take(): SignalName;
  wait(iterator: SignalIterator): Promise<IteratorResult<SignalName, undefined>>;
  leave(iterator: SignalIterator): void;
}

class SignalIterator implements AsyncIterableIterator<SignalName, undefined> {
  readonly #source: Source;
  #isDone = false;

  constructor(source: Source) {
    this.#source = source;
  }

  next(): Promise<IteratorResult<SignalName, undefined>> {
    return this.#isDone || this.#source.isReady() ? immediate(this.#step) : this.#source.wait(this);
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.#finish();
    return Promise.resolve(END);
  }

  throw(error?: unknown): Promise<never> {
    this.#finish();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #step = (): IteratorResult<SignalName, undefined> =>
    this.#isDone ? END : { value: this.#source.take(), done: false };

  #finish(): void {
    this.#isDone = true;
    this.#source.leave(this);
  }
}

const END: IteratorReturnResult<undefined> = Object.freeze({ value: undefined, done: true });

// No process can receive these.
const FATAL: readonly string[] = ["SIGKILL", "SIGSTOP"];

function checkNames(names: readonly SignalName[]): void {
  if (names.length === 0) throw new TypeError('names must hold a signal at least, "SIGTERM" say');
  for (const name of names) {
    if (typeof name !== "string" || !Object.hasOwn(constants.signals, name)) {
      throw new TypeError(`names must be signals that this system knows, not ${JSON.stringify(name)}`);
    }
    if (FATAL.includes(name)) throw new TypeError(`names must be signals that can be received, which ${name} cannot`);
  }
}

function closed(): ClosedResourceError {
  return new ClosedResourceError("the signal receiver is closed; open a new one");
}
