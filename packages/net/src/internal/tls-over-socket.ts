import { forceClose } from "@anyio/core";
import { suspendForeign } from "@anyio/core/lowlevel";
import type { ByteStream } from "@anyio/streams";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { SocketAttribute } from "../socket-attribute.js";
import { SocketStream } from "../socket-stream.js";
import { canWatchGoodbye, watchGoodbye } from "./goodbye.js";
import { beginHandshake } from "./handshake.js";
import { GOODBYE_TIMEOUT, raggedEnd } from "./ragged-end.js";
import type { MakeError } from "./socket-reader.js";
import { takeSocket } from "./take-socket.js";
import type { TLSPlan } from "./tls-options.js";

/**
 * The plain side of TLS over a socket: Node's TLS reads and writes that by itself, next to the system, and what it makes of it is a
 * socket again.
 */
export class TLSOverSocket extends SocketStream {
  readonly #isStrict: boolean;
  readonly #isRagged: () => boolean;

  /** Whether TLS can be had so over a stream. */
  static suits(stream: ByteStream, { standardCompatible }: TLSPlan): stream is SocketStream {
    if (!(stream instanceof SocketStream)) return false;
    // Deno's own fails what is written after the other side has ended (EPERM), and is no faster.
    return standardCompatible ? canWatchGoodbye(rawOf(stream)) : !("Deno" in globalThis);
  }

  /** Shakes hands, and closes `stream` where that fails. */
  static async open(stream: SocketStream, plan: TLSPlan): Promise<{ plain: ByteStream; socket: TLSSocket }> {
    let abort = (): void => {};
    let isRagged = (): boolean => false;
    try {
      const raw = await takeSocket(stream);
      const socket = await suspendForeign<TLSSocket>("a TLS handshake", (waiter) => {
        abort = beginHandshake(raw, plan, {
          onSecure: (secured) => {
            if (plan.standardCompatible) isRagged = watchGoodbye(secured, raw);
            // Node tells of it before it writes its own last words of the handshake.
            setImmediate(() => waiter.resume(secured));
          },
          onFailure: (error) => void waiter.throw(error),
        });
      });
      return { plain: new TLSOverSocket(socket, plan.standardCompatible, isRagged), socket };
    } catch (error) {
      abort();
      await forceClose(stream);
      throw error;
    }
  }

  private constructor(socket: TLSSocket, isStrict: boolean, isRagged: () => boolean) {
    super(socket);
    this.#isStrict = isStrict;
    this.#isRagged = isRagged;
  }

  protected override get ending(): MakeError | undefined {
    return this.#isRagged() ? raggedEnd : undefined;
  }

  /** Waits for the other side's goodbye: a socket that has ended both ways destroys itself. */
  protected override leave(socket: Socket): void {
    if (!this.#isStrict) {
      super.leave(socket);
      return;
    }
    const timer = setTimeout(() => super.leave(socket), GOODBYE_TIMEOUT);
    socket.on("close", () => clearTimeout(timer));
  }
}

function rawOf(stream: SocketStream): Socket {
  return stream.extra(SocketAttribute.rawSocket) as Socket;
}
