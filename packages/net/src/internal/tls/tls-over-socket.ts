import { BrokenResourceError, forceClose } from "@anyio/core";
import { bindScope, suspendForeign } from "@anyio/core/lowlevel";
import type { ByteStream } from "@anyio/streams";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { SocketAttribute } from "../../socket-attribute.js";
import { SocketStream } from "../../socket-stream.js";
import { canWatchGoodbye, watchGoodbye } from "./goodbye.js";
import { beginHandshake } from "./handshake.js";
import { GOODBYE_TIMEOUT, raggedEnd } from "./ragged-end.js";
import type { MakeError } from "../socket-reader.js";
import { ENDED, takeSocket } from "./take-socket.js";
import type { TLSPlan } from "./tls-options.js";

/**
 * The plain side of TLS over a socket: Node's TLS reads and writes that by itself, next to the system, and what it makes of it is a
 * socket again.
 */
export class TLSOverSocket extends SocketStream {
  /** Tells whether there has been a goodbye, where the standard is insisted on. */
  readonly #hasGoodbye: (() => boolean) | null;
  #isLeaving = false;

  /** Whether TLS can be had so over a stream. */
  static suits(stream: ByteStream, { standardCompatible }: TLSPlan): stream is SocketStream {
    if (!(stream instanceof SocketStream)) return false;
    // Deno's own fails what is written after the other side has ended (EPERM), and is no faster.
    return standardCompatible ? canWatchGoodbye(rawOf(stream)) : !("Deno" in globalThis);
  }

  /** Shakes hands, and closes `stream` where that fails. */
  static async open(stream: SocketStream, plan: TLSPlan): Promise<{ plain: ByteStream; socket: TLSSocket }> {
    let abort = (): void => {};
    try {
      const raw = await takeSocket(stream);
      return await suspendForeign("a TLS handshake", (waiter) => {
        // Node gives its TLS what the socket has received already, but not that it has ended.
        const onEnd = (): void => void waiter.throw(new BrokenResourceError(ENDED));
        // The stream is made at once: from here on it is told what becomes of the socket.
        const onSecure = bindScope((socket: TLSSocket): void => {
          raw.off("end", onEnd);
          const plain = new TLSOverSocket(socket, plan.standardCompatible ? watchGoodbye(socket, raw) : null);
          // Node tells of it before it writes its own last words of the handshake.
          setImmediate(() => waiter.resume({ plain, socket }));
        });
        raw.on("end", onEnd);
        abort = beginHandshake(raw, plan, { onSecure, onFailure: (error) => void waiter.throw(error) });
        return () => raw.off("end", onEnd);
      });
    } catch (error) {
      abort();
      await forceClose(stream);
      throw error;
    }
  }

  private constructor(socket: TLSSocket, hasGoodbye: (() => boolean) | null) {
    super(socket);
    this.#hasGoodbye = hasGoodbye;
  }

  protected override get ending(): MakeError | undefined {
    return this.#hasGoodbye === null || this.#hasGoodbye() ? undefined : raggedEnd;
  }

  /** Waits for the other side's goodbye: a socket that has ended both ways destroys itself. */
  protected override leave(socket: Socket): void {
    if (this.#hasGoodbye === null) {
      super.leave(socket);
      return;
    }
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    const timer = setTimeout(() => super.leave(socket), GOODBYE_TIMEOUT);
    socket.on("close", () => clearTimeout(timer));
  }
}

function rawOf(stream: SocketStream): Socket {
  return stream.extra(SocketAttribute.rawSocket) as Socket;
}
