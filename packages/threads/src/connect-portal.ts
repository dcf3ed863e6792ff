import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { suspendForeign } from "@anyio/core/lowlevel";
import type { PortalHandlers } from "./blocking-portal.js";
import { RunFinishedError } from "./errors.js";
import { Asker } from "./internal/asker.js";
import { Cells } from "./internal/cells.js";
import { show } from "./internal/checks.js";
import type { Answer, Closing, Line } from "./internal/messages.js";

/** A thread's end of a portal: see {@link connectPortal}. */
export interface PortalConnection<
  H extends PortalHandlers = Readonly<Record<string, (...args: unknown[]) => unknown>>,
> {
  /**
   * Calls a function of the portal's, and blocks the thread until there is a result. What it throws, this throws.
   *
   * @throws {RunFinishedError} when the portal is closed, also while this waits
   * @throws {TypeError} when there is no function of that name
   */
  call<K extends keyof H & string>(name: K, ...args: Parameters<H[K]>): Awaited<ReturnType<H[K]>>;
  /**
   * Calls a function of the portal's, without blocking the thread. What it throws, this rejects with.
   *
   * **Cancellation:** of the scope here cancels the function there, and this waits for it.
   *
   * @throws {RunFinishedError} when the portal is closed, also while this waits
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
  return new Connection(port, lineOf(port)) as unknown as PortalConnection<H>;
}

class Connection {
  readonly #port: MessagePort;
  readonly #asker: Asker;

  constructor(port: MessagePort, { memory, answers }: Line) {
    this.#port = port;
    this.#asker = new Asker({
      cells: new Cells(memory),
      port,
      answers,
      server: "the portal's thread",
      end: "the portal is closed",
    });
    port.on("message", this.#onMessage);
    port.on("close", this.#onClose);
    port.unref();
  }

  call(name: string, ...args: unknown[]): unknown {
    return this.#asker.askBlocking(name, args);
  }

  callAsync(name: string, ...args: unknown[]): Promise<unknown> {
    return suspendForeign<unknown>(`${name}() through a portal`, (suspension) => {
      const withdraw = this.#asker.ask(name, args, suspension);
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

  readonly #onClose = (): void => {
    this.#asker.close();
  };
}

function lineOf(port: MessagePort): Line {
  let received: { message: unknown } | undefined;
  try {
    received = receiveMessageOnPort(port);
  } catch (error) {
    throw new TypeError(`port must be the port of a portal, not ${show(port)}`, { cause: error });
  }
  if (received === undefined) {
    throw new RunFinishedError("the portal is closed, or another connection uses its port");
  }
  const line = received.message as Partial<Line> | null;
  if (line?.memory !== undefined && line.answers !== undefined) return line as Line;
  throw new TypeError("port must be the port of a portal, and of one that nobody has connected to before");
}
