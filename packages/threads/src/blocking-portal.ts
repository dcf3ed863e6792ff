import { AsyncLocalStorage } from "node:async_hooks";
import { MessageChannel, type MessagePort, threadId } from "node:worker_threads";
import { atExit } from "@anyio/core/lowlevel";
import { withTaskGroup, type TaskGroup } from "@anyio/task-groups";
import type { AnyCallback, AnyFunction } from "./callable.js";
import { Answers } from "./internal/answers.js";
import { Bell } from "./internal/bell.js";
import { checkFunction, show } from "./internal/checks.js";
import type { Ask, Closing, PortalLine, Withdrawal } from "./internal/messages.js";

/** What a portal's other end may call, by name. */
export type PortalHandlers = Readonly<Record<string, AnyFunction>>;

/** An event loop's end of a portal: see {@link withBlockingPortal}. */
export interface BlockingPortal {
  /** The other end: transfer it to the thread that is to call, and give it to {@link connectPortal} there. It is for one thread. */
  readonly port: MessagePort;
}

/**
 * Opens a portal through which another thread calls functions here, blocking or not: for threads that are not of `toThread`, such as a plain
 * `Worker`.
 *
 * The functions run in tasks of their own, in a scope that ends with `fn`. What they throw is thrown in the thread. When `fn` has ended the
 * portal is closed: what is under way is cancelled and waited for, and whoever called it, or calls it later, gets a `RunFinishedError`. When
 * the thread that calls ends, what it has asked for is cancelled.
 *
 * A thread that is blocked in a call learns of the portal's end, and of the end of the process; not of a portal whose own thread is
 * terminated, or runs out of memory.
 *
 * Unlike AnyIO's it is a function with a callback, and what may be called has a name: functions cannot be sent from thread to thread.
 *
 * **Cancellation:** of its scope cancels the functions that run; the threads that wait for them get the cancellation as an error.
 *
 * @param handlers what may be called, as methods of this object
 * @returns what `fn` returns
 * @throws {TypeError} when a handler is no function
 * @example
 * import { Worker } from "node:worker_threads";
 *
 * const text = `
 *   import { workerData } from "node:worker_threads";
 *   const { connectPortal } = await import(workerData.library);
 *   connectPortal(workerData.port).call("add", 1, 2);
 * `;
 * const sums: number[] = [];
 * await withBlockingPortal({ add: (a: number, b: number) => void sums.push(a + b) }, async ({ port }) => {
 *   const library = import.meta.resolve("@anyio/threads");
 *   const program = new URL(`data:text/javascript,${encodeURIComponent(text)}`);
 *   const worker = new Worker(program, { workerData: { port, library }, transferList: [port] });
 *   await once(worker, "exit");
 * });
 * sums; // => [3]
 * @see anyio.from_thread.BlockingPortal
 */
export function withBlockingPortal<T>(
  handlers: PortalHandlers,
  fn: (portal: BlockingPortal) => T | PromiseLike<T>,
): Promise<T> {
  try {
    checkHandlers(handlers);
    checkFunction(fn, "fn");
  } catch (error) {
    return Promise.reject(error);
  }
  // It is cancelled from inside only once `fn` has ended, so there is a value.
  return withTaskGroup((tg) => openFor(new Portal(handlers, tg), tg, fn), { name: "a blocking portal" }) as Promise<T>;
}

async function openFor<T>(
  portal: Portal,
  tg: TaskGroup,
  fn: (portal: BlockingPortal) => T | PromiseLike<T>,
): Promise<T> {
  try {
    return await fn(portal);
  } finally {
    portal.close();
    tg.cancel("the portal is closed");
  }
}

class Portal implements BlockingPortal {
  readonly port: MessagePort;
  /** As methods: they may need each other. */
  readonly #handlers: ReadonlyMap<string, AnyCallback>;
  readonly #tg: TaskGroup;
  readonly #answers: Answers;
  readonly #forget: () => void;
  /** Calls where the portal was opened: messages come anywhere. */
  readonly #inContext = AsyncLocalStorage.snapshot();

  constructor(handlers: PortalHandlers, tg: TaskGroup) {
    const entries = Object.entries(handlers) as [string, AnyCallback][];
    this.#handlers = new Map(entries.map(([name, handler]) => [name, (...args) => handler.apply(handlers, args)]));
    this.#tg = tg;
    const calls = new MessageChannel();
    const answers = new MessageChannel();
    const bell = new Bell();
    this.port = calls.port2;
    this.#answers = new Answers(bell, calls.port1, answers.port1);
    calls.port1.on("message", this.#onMessage);
    calls.port1.on("messageerror", this.#onUnreadable);
    calls.port1.on("close", this.#onClose);
    calls.port1.unref();
    // It is there before anybody connects, so that also who connects too late learns that.
    calls.port1.postMessage({ memory: bell.memory, answers: answers.port2, threadId } satisfies PortalLine, [
      answers.port2,
    ]);
    this.#forget = atExit(() => bell.close());
  }

  close(): void {
    const { bell, port, forBlocked } = this.#answers;
    this.#forget();
    bell.close();
    port.off("message", this.#onMessage);
    port.off("messageerror", this.#onUnreadable);
    port.postMessage({ type: "closing" } satisfies Closing);
    this.#answers.onIdle = () => {
      port.close();
      forBlocked.close();
      // Where nobody has taken the other end, what is in its queue would keep it open.
      this.port.start();
    };
    if (!this.#answers.isBusy) this.#answers.onIdle();
  }

  readonly #onMessage = (message: Ask | Withdrawal): void => {
    if (message.type === "withdrawal") this.#answers.withdraw(message.id);
    else this.#serve(message);
  };

  // Nobody knows what it asks for, so it fails the portal, and by that whoever has asked.
  readonly #onUnreadable = (error: unknown): void => {
    const fail = (): never => {
      throw error;
    };
    this.#inContext(() => this.#tg.startSoon(fail, { name: "an ask that cannot be read" }));
  };

  // The thread that called has ended; it is told nothing any more.
  readonly #onClose = (): void => {
    this.#answers.cancel("the thread that called has ended");
  };

  #serve(ask: Ask): void {
    const name = String(ask.target);
    const handler = this.#handlers.get(name);
    if (handler === undefined) {
      const known = [...this.#handlers.keys()].map(show).join(", ") || "none";
      this.#answers.fail(ask, new TypeError(`the portal has no function ${show(name)}; it has ${known}`));
      return;
    }
    this.#answers.serve(
      ask,
      name,
      () => handler(...ask.args),
      (body) => this.#inContext(() => this.#tg.startSoon(body, { name })),
    );
  }
}

function checkHandlers(handlers: PortalHandlers): void {
  if (typeof handlers !== "object" || handlers === null) {
    throw new TypeError(`handlers must be an object of functions, not ${show(handlers)}`);
  }
  for (const [name, handler] of Object.entries(handlers)) {
    if (typeof handler === "function") continue;
    throw new TypeError(`the handler ${show(name)} must be a function, not ${show(handler)}`);
  }
}
