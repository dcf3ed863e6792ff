import {
  CancelScope,
  ClosedResourceError,
  currentEffectiveDeadline,
  type ExtraAttributes,
  isCancelled,
} from "@anyio/core";
import { bindScope, checkpointIfCancelled, quietly, suspend, type Suspension } from "@anyio/core/lowlevel";
import { ResourceGuard } from "@anyio/sync";
import { ByteStream } from "../byte-stream.js";
import type { ObjectStream } from "../object-stream.js";
import { checkBytes } from "./checks.js";
import { waitFor } from "./wait-for.js";

/**
 * A stream of objects, each of them bytes, as a stream of bytes; only that it hands objects over whole, for a buffer to
 * divide.
 *
 * 1. A stream of objects withdraws an item whose `send` is cancelled; a stream of bytes sends it all the same. So every
 *    item is sent outside of all scopes, none of which may end it by being left, and who sends only waits for it.
 * 2. Closing withdraws the item that somebody waits for, by a scope of its own. Others are sent first.
 * 3. What is sent is a copy: the caller may go on with its memory at once.
 */
export class ObjectByteStream extends ByteStream {
  readonly #stream: ObjectStream<Uint8Array>;
  readonly #guard = new ResourceGuard("sending to");
  /** Fails who waits to send, and withdraws the item. */
  #withdraw: (() => void) | null = null;
  #isEnded = false;
  /** How many items are on their way, and what settles with the last of them: a stream of objects keeps the order. */
  #underway = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(stream: ObjectStream<Uint8Array>) {
    super();
    this.#stream = stream;
  }

  override get extraAttributes(): ExtraAttributes {
    return this.#stream.extraAttributes;
  }

  override receive(): Promise<Uint8Array> {
    return this.#stream.receive();
  }

  override send(bytes: Uint8Array): Promise<void> {
    try {
      checkBytes(bytes, "bytes");
    } catch (error) {
      return Promise.reject(error);
    }
    return suspend("the other side to take bytes", (waiter) => {
      if (this.#isEnded) throw closed();
      const use = this.#guard.enter();
      const scope = new CancelScope({ name: "send()" });
      const withdraw = (): void => {
        waiter.throw(closed());
        scope.cancel("the stream was closed");
      };
      const end = (): void => {
        use[Symbol.dispose]();
        if (this.#withdraw === withdraw) this.#withdraw = null;
      };
      this.#withdraw = withdraw;
      const sending = bytes.length === 0 ? Promise.resolve() : startItem(scope, this.#stream, new Uint8Array(bytes));
      this.#last = this.#follow(sending, waiter, end);
      return end;
    });
  }

  override sendEof(): Promise<void> {
    return quietly(this.#sendEof());
  }

  /** Closes the stream of objects, once what cancelled sends have left is through. */
  override async close(): Promise<void> {
    this.#isEnded = true;
    try {
      this.#withdraw?.();
      await this.#flush();
    } catch (error) {
      if (!isCancelled(error)) throw error;
    } finally {
      await this.#stream.close();
    }
  }

  async #sendEof(): Promise<void> {
    await checkpointIfCancelled();
    this.#isEnded = true;
    await this.#flush();
    await this.#stream.sendEof();
  }

  async #flush(): Promise<void> {
    while (this.#underway > 0) await waitFor(this.#last, "what was sent to be on its way");
  }

  async #follow(sending: Promise<void>, waiter: Suspension<void>, end: () => void): Promise<void> {
    this.#underway++;
    try {
      await sending;
      end();
      waiter.resume();
    } catch (error) {
      end();
      waiter.throw(error);
    } finally {
      this.#underway--;
    }
  }
}

function start(scope: CancelScope, stream: ObjectStream<Uint8Array>, bytes: Uint8Array): Promise<void> {
  return scope.run(() => stream.send(bytes));
}

// In the scope that this module was loaded in: none, as a rule.
const startOutside = bindScope(start);
const deadlineOutside = bindScope(currentEffectiveDeadline);

/** Sends outside of all scopes. Where the module was loaded in one, which is cancelled by now, that is the sender's own. */
function startItem(...args: Parameters<typeof start>): Promise<void> {
  return (deadlineOutside() === -Infinity ? start : startOutside)(...args);
}

function closed(): ClosedResourceError {
  return new ClosedResourceError("the sending side of the stream is closed; open a new stream");
}
