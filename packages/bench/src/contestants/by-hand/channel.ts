import { Ring } from "./ring.js";
import { DONE, type Tools, type Waiters } from "./tools.js";

/** Hands items from senders to receivers, first in, first out; holds up to `capacity` that nobody has asked for. */
export class Channel<S, T> {
  readonly #rejection: Tools<S>["rejection"];
  readonly #buffer: Ring<T>;
  readonly #senders: Waiters<S, void, T>;
  readonly #receivers: Waiters<S, T | undefined, void>;
  #closed = false;

  constructor(capacity: number, { Waiters, rejection }: Tools<S>) {
    this.#rejection = rejection;
    this.#buffer = new Ring(capacity);
    this.#senders = new Waiters();
    this.#receivers = new Waiters();
  }

  /** Waits until the item is with a receiver or in the buffer. */
  send(item: T, scope: S): Promise<void> {
    const rejected = this.#rejection(scope);
    if (rejected !== undefined) return rejected;
    const receiver = this.#receivers.shift();
    if (receiver !== undefined) receiver.resolve(item);
    else if (this.#buffer.isFull) return this.#senders.wait(scope, item);
    else this.#buffer.push(item);
    return DONE;
  }

  /** The next item; undefined once the channel is closed and everything in it has been received. */
  receive(scope: S): Promise<T | undefined> {
    const rejected = this.#rejection(scope);
    if (rejected !== undefined) return rejected;
    const sender = this.#senders.shift();
    sender?.resolve();
    if (this.#buffer.isEmpty) {
      if (sender !== undefined) return Promise.resolve(sender.brought);
      return this.#closed ? Promise.resolve(undefined) : this.#receivers.wait(scope);
    }
    const item = this.#buffer.shift();
    if (sender !== undefined) this.#buffer.push(sender.brought);
    return Promise.resolve(item);
  }

  /** Ends the receivers that wait, and those to come. To be called when no more is sent. */
  close(): void {
    this.#closed = true;
    for (let receiver = this.#receivers.shift(); receiver; receiver = this.#receivers.shift()) {
      receiver.resolve(undefined);
    }
  }

  async *iterate(scope: S): AsyncGenerator<T, void> {
    for (let item = await this.receive(scope); item !== undefined; item = await this.receive(scope)) yield item;
  }
}
