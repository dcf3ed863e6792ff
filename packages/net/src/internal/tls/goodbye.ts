import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { getSystemErrorName } from "node:util";

/**
 * Whether it can be told, of TLS over this socket that Node reads by itself, how it has ended: see {@link watchGoodbye}. It is tried
 * out: only next to the system it is so, and Bun and Deno have no such thing.
 */
export function canWatchGoodbye(raw: Socket): boolean {
  if ("Bun" in globalThis || "Deno" in globalThis || raw instanceof TLSSocket) return false;
  const handle = handleOf(raw);
  if (handle == null || typeof handle.readStart !== "function" || typeof handle.readStop !== "function") return false;
  if (handle.reading === true) return isAlready(handle.readStart());
  const isTold = handle.readStart() === 0 && isAlready(handle.readStart());
  handle.readStop();
  return isTold;
}

/**
 * Tells a goodbye (close_notify) from an end without one, which are the same "end" to whoever uses a TLS socket.
 *
 * 1. Node ends the plain side within the very call in which it has understood the goodbye, or has read the end of the connection.
 *    After the first it still reads the connection. After the second it does not, for libuv has stopped by then.
 * 2. So to begin to read is refused after a goodbye, as being done already (EALREADY), and is not after the other.
 * 3. Where Node has stopped reading, for what it has read was too much, it cannot have read the end of the connection.
 * 4. Whatever else there is counts as no goodbye: where this is wrong one day, nothing that was cut short is taken for whole.
 *
 * @param socket where nothing has been received yet
 * @returns tells whether there has been a goodbye
 */
export function watchGoodbye(socket: TLSSocket, raw: Socket): () => boolean {
  let hasGoodbye = false;
  const push = socket.push.bind(socket);
  socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk === null) hasGoodbye = isReadOn(socket, raw);
    return push(chunk, encoding);
  };
  return () => hasGoodbye;
}

function isReadOn(socket: TLSSocket, raw: Socket): boolean {
  if (handleOf(socket)?.reading === false) return true;
  const handle = handleOf(raw);
  const refusal = handle?.readStart() ?? 0;
  if (refusal === 0) handle?.readStop();
  return isAlready(refusal);
}

function isAlready(refusal: number): boolean {
  return refusal < 0 && getSystemErrorName(refusal) === "EALREADY";
}

/** What is under a socket of Node's, as far as it has been the same in all versions. */
interface Handle {
  readonly reading?: boolean;
  readStart(): number;
  readStop(): number;
}

function handleOf(socket: Socket): Handle | null | undefined {
  const { _handle: handle } = socket as { _handle?: Handle | null };
  return handle;
}
