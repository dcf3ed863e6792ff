import { quietly, suspendForeign, suspendShielded } from "@anyio/core/lowlevel";
import { connect, type NetConnectOpts, type Socket } from "node:net";

/**
 * Connects a socket of Node's, to one address. Its errors are consumed from here on, for the stream that is made of it looks at them.
 *
 * **Cancellation:** the socket is destroyed, and gone when this rejects.
 *
 * @param what what is being connected to, for task dumps
 * @throws the system's error
 */
export function openSocket(options: NetConnectOpts, what: string): Promise<Socket> {
  return quietly(open(options, what));
}

async function open(options: NetConnectOpts, what: string): Promise<Socket> {
  let socket: Socket | undefined;
  try {
    return await suspendForeign<Socket>(`a connection to ${what}`, (waiter) => {
      const made = connect({
        allowHalfOpen: true,
        noDelay: true,
        autoSelectFamily: false,
        ...options,
      } as NetConnectOpts);
      socket = made;
      const forget = (): void => {
        made.off("connect", onConnect);
        made.off("error", onError);
      };
      const onConnect = (): void => {
        forget();
        waiter.resume(made);
      };
      const onError = (error: unknown): void => void waiter.throw(error);
      made.on("error", ignore);
      made.on("connect", onConnect);
      made.on("error", onError);
      return () => {
        forget();
        made.destroy();
      };
    });
  } catch (error) {
    if (socket !== undefined) await untilClosed(socket);
    throw error;
  }
}

/** Waits until a socket that was destroyed is gone. */
function untilClosed(socket: Socket): Promise<void> {
  return suspendShielded<void>("a socket to close", (waiter) => {
    if (socket.closed) waiter.resume();
    else socket.on("close", () => waiter.resume());
  });
}

/** Shared: a listener that is a closure would keep who waited for as long as the socket lives. */
function ignore(): void {}
