import { BrokenResourceError, ClosedResourceError, forceClose, moveOnAfter } from "@anyio/core";
import { checkpointIfCancelled } from "@anyio/core/lowlevel";
import { ByteStream } from "@anyio/streams";
import type { TLSSocket } from "node:tls";
import { Closing } from "./closing.js";
import { reasonOf } from "./handshake.js";
import { Inflow } from "./inflow.js";
import { Outflow } from "./outflow.js";
import { GOODBYE_TIMEOUT } from "./ragged-end.js";
import { type Link, shakeHands } from "./shake-hands.js";
import type { TLSPlan } from "./tls-options.js";

/** The plain side of TLS over any stream of bytes: what comes in, what goes out, and closing both. */
export class TLSOverStream extends ByteStream {
  readonly #inflow: Inflow;
  readonly #outflow: Outflow;
  readonly #closing: Closing;

  /** Shakes hands, and closes `stream` where that fails. */
  static async open(stream: ByteStream, plan: TLSPlan): Promise<{ plain: ByteStream; socket: TLSSocket }> {
    try {
      await checkpointIfCancelled();
      return await shakeHands(stream, plan, (link) => ({
        plain: new TLSOverStream(link, plan.standardCompatible),
        socket: link.socket,
      }));
    } catch (error) {
      await forceClose(stream);
      throw error;
    }
  }

  private constructor({ stream, wire, feed, socket }: Link, isStrict: boolean) {
    super();
    this.#inflow = new Inflow(feed, isStrict, this.#fail);
    this.#outflow = new Outflow(socket, wire);
    this.#closing = new Closing("a TLS stream to close", {
      begin: () => {
        this.#inflow.close(closed);
        this.#outflow.close(closed);
      },
      gracefully: () => this.#part(isStrict),
      finish: async (isGraceful) => {
        wire.cut();
        socket.destroy();
        await (isGraceful ? stream.close() : forceClose(stream));
      },
    });
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    socket.on("error", this.#onError);
    socket.on("close", this.#onClose);
  }

  override receive(maxBytes = DEFAULT_MAX_BYTES): Promise<Uint8Array> {
    if (!Number.isSafeInteger(maxBytes) || maxBytes < 1) {
      return Promise.reject(new RangeError(`maxBytes must be a positive integer, not ${String(maxBytes)}`));
    }
    return this.#inflow.receive(maxBytes);
  }

  override send(bytes: Uint8Array): Promise<void> {
    if (!(bytes instanceof Uint8Array)) {
      return Promise.reject(new TypeError(`bytes must be a Uint8Array, not ${typeof bytes}`));
    }
    return this.#outflow.send(bytes);
  }

  override sendEof(): Promise<void> {
    return this.#outflow.sendEof();
  }

  override close(): Promise<void> {
    return this.#closing.close();
  }

  /** Says goodbye and, where the standard is insisted on, waits for the other side's. */
  async #part(isStrict: boolean): Promise<boolean> {
    await this.#outflow.flushed();
    await moveOnAfter(GOODBYE_TIMEOUT, async () => {
      await this.#outflow.sayGoodbye();
      if (isStrict) await this.#inflow.goodbye();
      await this.#outflow.gone();
    });
    // Where nobody takes it, closing in an orderly way would wait for that.
    return this.#outflow.isGone;
  }

  readonly #onData = (chunk: Uint8Array): void => this.#inflow.append(chunk);

  readonly #onEnd = (): void => {
    if ("Bun" in globalThis) {
      this.#outflow.fail(() => new BrokenResourceError("the other side has ended, and Bun has with it"));
    }
    this.#inflow.finish();
  };

  readonly #onError = (error: Error): void => {
    this.#fail(
      () => new BrokenResourceError(`TLS has failed: ${reasonOf(error)}; open a new connection`, { cause: error }),
    );
  };

  readonly #onClose = (): void => {
    if (!this.#inflow.hasEnded) this.#fail(() => new BrokenResourceError("TLS has ended"));
    this.#outflow.finish();
  };

  readonly #fail = (why: () => BrokenResourceError): void => {
    this.#outflow.fail(why);
    this.#inflow.fail(why);
  };
}

const DEFAULT_MAX_BYTES = 65_536;

function closed(): ClosedResourceError {
  return new ClosedResourceError("the stream is closed; open a new connection");
}
