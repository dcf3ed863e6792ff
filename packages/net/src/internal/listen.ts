import { forceClose } from "@anyio/core";
import { bindScope, suspendForeign } from "@anyio/core/lowlevel";
import { createServer, type ListenOptions } from "node:net";
import { SocketListener } from "../socket-listener.js";

/**
 * Binds a listener to one address.
 *
 * **Cancellation:** stops listening.
 *
 * @param backlog how many connections may wait to be accepted
 * @param what what is being listened on, for task dumps
 * @throws the system's error
 */
export function listen(options: ListenOptions, backlog: number, what: string): Promise<SocketListener> {
  return suspendForeign<SocketListener>(`a socket to listen on ${what}`, (waiter) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    // Keep the listener in the callback: connections may come before whoever waits goes on.
    const onListening = bindScope((): void => {
      server.off("error", onError);
      waiter.resume(new SocketListener(server, backlog));
    });
    const onError = (error: unknown): void => {
      server.off("listening", onListening);
      waiter.throw(error);
    };
    server.on("listening", onListening);
    server.on("error", onError);
    server.listen({ ...options, backlog });
    return () => {
      // Keep the listener for errors: one may be on its way.
      server.off("listening", onListening);
      server.close(() => {});
    };
  });
}

/** Closes what was opened before something else failed: the first error is the one to be told. */
export async function closeAll(listeners: readonly SocketListener[]): Promise<void> {
  for (const listener of listeners) await forceClose(listener);
}
