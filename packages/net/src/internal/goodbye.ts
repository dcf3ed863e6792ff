import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { getSystemErrorName } from "node:util";

/**
 * Whether it can be told, of TLS over this socket that Node reads by itself, how it has ended: see {@link watchGoodbye}. Bun and
 * Deno have no such thing.
 */
export function canWatchGoodbye(raw: Socket): boolean {
  if ("Bun" in globalThis || "Deno" in globalThis) return false;
  return typeof handleOf(raw)?.readStart === "function" && typeof handleOf(raw)?.readStop === "function";
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
 * @returns tells whether it has ended without a goodbye
 */
export function watchGoodbye(socket: TLSSocket, raw: Socket): () => boolean {
  let isRagged = false;
  const push = socket.push.bind(socket);
  socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk === null) isRagged = !isReadOn(socket, raw);
    return push(chunk, encoding);
  };
  return () => isRagged;
}

function isReadOn(socket: TLSSocket, raw: Socket): boolean {
  if (handleOf(socket)?.reading === false) return true;
  const handle = handleOf(raw);
  const refusal = handle?.readStart() ?? 0;
  if (refusal < 0) return getSystemErrorName(refusal) === "EALREADY";
  handle?.readStop();
  return false;
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
