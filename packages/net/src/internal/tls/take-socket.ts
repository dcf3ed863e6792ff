import { BrokenResourceError, CancelScope, EndOfStreamError } from "@anyio/core";
import type { Socket } from "node:net";
import { SocketAttribute } from "../../socket-attribute.js";
import type { SocketStream } from "../../socket-stream.js";

/**
 * Takes the socket out of a stream, for Node's TLS to read and write it. What the stream has received is put back, so that it is
 * read once more; the stream goes on to look after the life of the socket.
 *
 * @throws {BrokenResourceError} when the socket has ended already
 */
export async function takeSocket(stream: SocketStream): Promise<Socket> {
  const socket = stream.extra(SocketAttribute.rawSocket) as Socket;
  const late: Uint8Array[] = [];
  const keep = (chunk: Uint8Array): void => void late.push(chunk);
  for (const listener of socket.listeners("data")) socket.off("data", listener as () => void);
  socket.on("data", keep);
  const early = await receiveAll(stream);

  socket.off("data", keep);
  socket.pause();
  const pieces = [...early, ...late];
  if (socket.readableEnded) throw new BrokenResourceError(ENDED);
  for (const piece of pieces.toReversed()) socket.unshift(piece);
  return socket;
}

/** What there is to say of a handshake whose other side has nothing more to say. */
export const ENDED = "the TLS handshake failed: the other side has ended";

/** Everything that a stream has received, without waiting for more. */
async function receiveAll(stream: SocketStream): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  try {
    for (;;) {
      const scope = new CancelScope({ name: "TLSStream.wrap()" });
      const receiving = scope.run(() => stream.receive());
      // What there is has been received by now.
      scope.cancel();
      const piece = await receiving;
      if (piece === undefined) return pieces;
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof EndOfStreamError) return pieces;
    throw error;
  }
}
