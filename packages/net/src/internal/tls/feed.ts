import { CancelScope, EndOfStreamError } from "@anyio/core";
import { suspendForeign } from "@anyio/core/lowlevel";
import type { ByteStream } from "@anyio/streams";
import type { Wire } from "./wire.js";

/**
 * Takes what comes over a stream to Node's TLS, a piece at a time.
 *
 * 1. Whoever waits for what TLS makes of it receives from the stream, in its own scope, and pushes what comes into Node's TLS,
 *    which works it up at once. One at a time does that; what came of it stays for whoever comes next.
 * 2. Node tells of an end a little after the bytes before it, but within the same turn of the event loop. So where the stream
 *    has ended, two turns pass before anybody is told that nothing more will come.
 */
export class Feed {
  readonly #stream: ByteStream;
  readonly #wire: Wire;
  #isAtEnd = false;
  #pulling: { readonly scope: CancelScope; readonly ended: Promise<void> } | null = null;

  constructor(stream: ByteStream, wire: Wire) {
    this.#stream = stream;
    this.#wire = wire;
  }

  /** Whether the stream has ended. TLS may tell of what came before that a little later still: see {@link settled}. */
  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** Receives once and hands it to TLS; {@link interrupt} ends it early. It throws what the stream throws, but its end. */
  pull(): Promise<void> {
    const scope = new CancelScope({ name: "receive()" });
    const ended = this.#pullIn(scope);
    this.#pulling = { scope, ended: ended.catch(ignore) };
    return ended;
  }

  /** TLS has told something: whoever pulls may look. */
  interrupt(): void {
    this.#pulling?.scope.cancel();
  }

  /** Waits until nobody pulls any more: whoever was interrupted may be on its way out. */
  async idle(): Promise<void> {
    await this.#pulling?.ended;
  }

  /** Waits until TLS has told all that it has to tell of what was pushed. */
  settled(): Promise<void> {
    return suspendForeign<void>("TLS to end", (waiter) => {
      const immediates = [setImmediate(() => (immediates[0] = setImmediate(() => waiter.resume())))];
      return () => clearImmediate(immediates[0]);
    });
  }

  /** Tells TLS that the stream has ended where it does not expect that, and waits for what it says. */
  cutOff(): Promise<void> {
    this.#wire.push(null);
    return this.settled();
  }

  async #pullIn(scope: CancelScope): Promise<void> {
    try {
      // Nothing may come between the two: a cancellation there would lose bytes.
      const bytes = await scope.run(() => this.#stream.receive(CHUNK));
      if (bytes !== undefined) this.#wire.push(bytes);
    } catch (error) {
      if (!(error instanceof EndOfStreamError)) throw error;
      this.#isAtEnd = true;
    } finally {
      this.#pulling = null;
    }
  }
}

const CHUNK = 65_536;

function ignore(): void {}
