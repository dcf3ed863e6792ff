import { BrokenResourceError, ClosedResourceError, currentEffectiveDeadline } from "@anyio/core";
import { bindScope, suspendForeign, type Suspension } from "@anyio/core/lowlevel";
import { abandon, emitsClose, isPeerGone, type NodeStream } from "./node-stream.js";

/** One direction of a Node stream. */
export interface Half {
  /** The stream has failed, was destroyed, or is being closed: whoever waits has to be told. */
  ended(): void;
  /** Closing wants to lose nothing: whether there is something that is still on its way. It is asked again later. */
  flush(): boolean;
  /** Whether something that was sent will not arrive, where the stream has ended. */
  readonly isLosing: boolean;
  /** Takes its listeners away. */
  detach(): void;
}

/**
 * The life of a Node stream under an adapter, whose end concerns both directions.
 *
 * 1. The first real error stays, and is thrown as it is by whatever is done from then on; only where it says that the
 *    other side is gone, it is the cause of the error that says so everywhere.
 * 2. There is an `error` listener for good: an error without a listener ends the process. Closing leaves one that all
 *    adapters share, so that wrapping a stream again and again adds nothing. The others are removed.
 * 3. The Node stream is only called in the scope that the adapter was made in: what its author's code waits for must
 *    not end with the operation that happened to call it.
 * 4. An error by which bytes were lost and that nobody was told of is thrown by closing.
 */
export class Lifeline {
  readonly #stream: NodeStream;
  readonly #isOwner: boolean;
  readonly #halves: Half[] = [];
  #state: "open" | "closing" | "closed" = "open";
  #error: unknown;
  #isTold = false;
  #isGone: boolean;
  readonly #closers: Suspension<void>[] = [];
  readonly #inScope = bindScope((work: () => void) => work());

  /** @param isOwner whether closing destroys the stream once everything is flushed */
  constructor(stream: NodeStream, isOwner: boolean) {
    this.#stream = stream;
    this.#isOwner = isOwner;
    this.#isGone = stream.closed;
    this.#error = stream.errored ?? null;
    stream.on("error", this.#onError);
    stream.on("close", this.#onClose);
  }

  attach(half: Half): void {
    this.#halves.push(half);
  }

  /** Whether this side has been closed, or is being closed. */
  get isClosed(): boolean {
    return this.#state !== "open";
  }

  /** What an operation gets instead of what it wants; null while the stream lives. */
  takeFailure(): unknown {
    if (this.#state !== "open") return new ClosedResourceError("the stream is closed; open a new one");
    const error = this.#firstError();
    if (error !== null) {
      this.#isTold = true;
      return told(error);
    }
    if (!this.#stream.destroyed && !this.#isGone) return null;
    return new BrokenResourceError("the Node.js stream was destroyed before its end; whoever did it knows why");
  }

  /** What an operation gets that has failed by `error`, of which the stream may not know yet: Bun's tell a write before themselves. */
  failBy(error: unknown): unknown {
    const failure = this.takeFailure();
    if (failure !== null) return failure;
    this.#error = error;
    return this.takeFailure();
  }

  close(): Promise<void> {
    if (this.#state === "open") {
      this.#state = "closing";
      for (const half of this.#halves) half.ended();
    }
    if (this.#state === "closing" && currentEffectiveDeadline() === -Infinity) this.#abandon();
    if (this.#state === "closed") return Promise.resolve();
    return suspendForeign("a Node.js stream to close", (waiter) => {
      this.#closers.push(waiter);
      this.proceed();
      return this.#abandon;
    });
  }

  /** Takes closing as far as it goes now. */
  readonly proceed = (): void => {
    if (this.#state !== "closing") return;
    const stream = this.#stream;
    if (!stream.destroyed && !this.#isGone) {
      let isFlushing = false;
      this.#inScope(() => {
        isFlushing = this.#firstError() === null && this.#flush();
        if (!isFlushing && this.#isOwner) stream.destroy();
      });
      if (isFlushing) return;
    }
    if (this.#isGone || !this.#isOwner || !emitsClose(stream)) this.#finish();
  };

  #flush(): boolean {
    let isFlushing = false;
    for (const half of this.#halves) isFlushing = half.flush() || isFlushing;
    return isFlushing;
  }

  readonly #abandon = (): void => {
    this.#isTold = true;
    this.#inScope(() => abandon(this.#stream));
    this.#finish();
  };

  #finish(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    const stream = this.#stream;
    stream.off("close", this.#onClose);
    if (!stream.listeners("error").includes(ignore)) stream.on("error", ignore);
    stream.off("error", this.#onError);
    const error = this.#firstError();
    const isLost = error !== null && !this.#isTold && this.#halves.some(({ isLosing }) => isLosing);
    for (const half of this.#halves) half.detach();
    for (const closer of this.#closers.splice(0)) {
      if (isLost) closer.throw(told(error));
      else closer.resume();
    }
  }

  #firstError(): unknown {
    return this.#error ?? this.#stream.errored ?? null;
  }

  readonly #onError = (error: unknown): void => {
    this.#error ??= error;
    this.#ended();
  };

  readonly #onClose = (): void => {
    this.#isGone = true;
    this.#ended();
  };

  #ended(): void {
    for (const half of this.#halves) half.ended();
    this.proceed();
  }
}

function told(error: unknown): unknown {
  return isPeerGone(error) ? new BrokenResourceError(undefined, { cause: error }) : error;
}

function ignore(): void {}
