import { type MessagePort, receiveMessageOnPort, threadId } from "node:worker_threads";
import { InvalidStateError } from "@anyio/core";
import { suspendForeign } from "@anyio/core/lowlevel";
import type { PortalHandlers } from "./blocking-portal.js";
import { RunFinishedError } from "./errors.js";
import { Asker } from "./internal/asker.js";
import { Bell } from "./internal/bell.js";
import { checkText, show } from "./internal/checks.js";
import type { Answer, Closing, PortalLine } from "./internal/messages.js";

/** A thread's end of a portal: see {@link connectPortal}. */
export interface PortalConnection<
  H extends PortalHandlers = Readonly<Record<string, (...args: unknown[]) => unknown>>,
> {
  /**
   * Calls a function of the portal's, and blocks the thread until there is a result. What it throws, this throws.
   *
   * @throws {RunFinishedError} when the portal is closed, also while this waits
   * @throws {InvalidStateError} in the portal's own thread, which would wait for itself
   * @throws {TypeError} when there is no function of that name
   */
  call<K extends keyof H & string>(name: K, ...args: Parameters<H[K]>): Awaited<ReturnType<H[K]>>;
  /**
   * Calls a function of the portal's, without blocking the thread. What it throws, this rejects with.
   *
   * **Cancellation:** of the scope here cancels the function there, and this waits for it.
   *
   * @throws {RunFinishedError} when the portal is closed, also while this waits
   * @throws {BrokenResourceError} when an answer comes that cannot be read here: nobody knows whose it is, so all who wait get this
   * @throws {TypeError} when there is no function of that name
   */
  callAsync<K extends keyof H & string>(name: K, ...args: Parameters<H[K]>): Promise<Awaited<ReturnType<H[K]>>>;
}

/**
 * Connects to a portal, in the thread that its port was transferred to. The connection keeps the thread alive only while somebody waits.
 *
 * @typeParam H the functions that can be called: `typeof handlers`
 * @param port the portal's `port`; it is the connection's from here on
 * @throws {RunFinishedError} when the portal is closed already
 * @throws {TypeError} when it is the port of no portal, or somebody has connected before
 * @see withBlockingPortal for an example
 */
export function connectPortal<H extends PortalHandlers = Readonly<Record<string, (...args: unknown[]) => unknown>>>(
  port: MessagePort,
): PortalConnection<H> {
  // Keep it before one looks: what is in the queue may be for the first connection.
  if (connected.has(port)) throw new TypeError(CONNECTED);
  const connection = new Connection(port, lineOf(port));
  connected.add(port);
  return connection as unknown as PortalConnection<H>;
}

class Connection {
  readonly #port: MessagePort;
  readonly #asker: Asker;
  readonly #isOwn: boolean;

  constructor(port: MessagePort, { memory, answers, threadId: server }: PortalLine) {
    this.#port = port;
    this.#isOwn = server === threadId;
    this.#asker = new Asker({
      bell: new Bell(memory),
      port,
      answers,
      server: "the portal's thread",
      end: "the portal is closed",
    });
    port.on("message", this.#onMessage);
    port.on("messageerror", this.#onUnreadable);
    port.on("close", this.#onClose);
    port.unref();
  }

  call(name: string, ...args: unknown[]): unknown {
    checkText(name, "name");
    if (this.#isOwn) {
      throw new InvalidStateError(`call(${show(name)}) would block the thread that is to answer; use callAsync() here`);
    }
    return this.#asker.askBlocking(name, args);
  }

  callAsync(name: string, ...args: unknown[]): Promise<unknown> {
    try {
      checkText(name, "name");
    } catch (error) {
      return Promise.reject(error);
    }
    const caller = new Error();
    return suspendForeign<unknown>(`${name}() through a portal`, (suspension) => {
      const withdraw = this.#asker.ask(name, args, suspension, caller);
      this.#port.ref();
      return () => {
        withdraw();
        return false;
      };
    });
  }

  readonly #onMessage = (message: Answer | Closing): void => {
    if (message.type === "closing") this.#asker.close();
    else this.#asker.settle(message);
    if (this.#asker.waiting === 0) this.#port.unref();
  };

  readonly #onUnreadable = (error: unknown): void => {
    this.#asker.lose(error);
    this.#port.unref();
  };

  readonly #onClose = (): void => {
    this.#asker.close();
  };
}

const connected = new WeakSet<object>();
const CONNECTED = "port must be the port of a portal, and of one that nobody has connected to before";

function lineOf(port: MessagePort): PortalLine {
  let received: { message: unknown } | undefined;
  try {
    received = receiveMessageOnPort(port);
  } catch (error) {
    throw new TypeError(`port must be the port of a portal, not ${show(port)}`, { cause: error });
  }
  if (received === undefined) {
    throw new RunFinishedError("the portal is closed, or another connection uses its port");
  }
  const line = received.message as Partial<PortalLine> | null;
  if (line?.memory !== undefined && line.answers !== undefined) return line as PortalLine;
  throw new TypeError(CONNECTED);
}
