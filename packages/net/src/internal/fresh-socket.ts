/**
 * Has a listener called a turn later where that is Deno: what is written to a socket in the very turn in which it was accepted fails
 * there with EPIPE, where the other side's end has come too.
 */
export function inNextTurnOnDeno<T>(listener: (socket: T) => void): (socket: T) => void {
  if (!("Deno" in globalThis)) return listener;
  return (socket) => void setTimeout(listener, 0, socket);
}
