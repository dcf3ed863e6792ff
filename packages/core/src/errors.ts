import type { SignalName } from "./signal-name.js";

/** Marks an error as ours and tells its kind, whichever copy of this package made it. */
const BRAND = Symbol.for("@anyio/core/v1/error");

interface Branded {
  readonly [BRAND]: string;
}

/** What all errors of this library share, `CancelledError` and `ExceptionGroup` aside. */
export abstract class AnyioError extends Error {
  /** Stable and safe to compare with: `ERR_ANYIO_…`. */
  readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = (this as unknown as Branded)[BRAND];
  }

  /** Holds for instances made by another copy of this package too. */
  static override [Symbol.hasInstance](this: { prototype: object }, value: unknown): boolean {
    return (
      Function.prototype[Symbol.hasInstance].call(this, value) ||
      (Object.hasOwn(this.prototype, BRAND) &&
        typeof value === "object" &&
        (value as Branded | null)?.[BRAND] === (this.prototype as Branded)[BRAND])
    );
  }

  /** Names a class of errors; every class calls it for itself, so that minifying keeps the name. */
  protected static brand(type: { prototype: object }, name: string, code: string): void {
    Object.defineProperty(type.prototype, "name", { value: name, writable: true, configurable: true });
    Object.defineProperty(type.prototype, BRAND, { value: code });
  }
}

/** Thrown by `failAfter`, `failAt` and `shield` when their own deadline ended the block. */
export class TimeoutError extends AnyioError {
  static {
    this.brand(this, "TimeoutError", "ERR_ANYIO_TIMEOUT");
  }

  readonly budget: number;

  /**
   * @param scopeName the scope whose time was up
   * @param budget the time it had, in ms
   * @param waitingFor what was being waited for when the time was up, if anything was
   */
  constructor(
    readonly scopeName: string,
    budget: number,
    readonly waitingFor: string | undefined,
  ) {
    // Sums of times have tails that say nothing.
    const rounded = Math.round(budget * 1000) / 1000;
    const wait = waitingFor === undefined ? "" : `; it was waiting for ${waitingFor}`;
    super(`${scopeName} did not finish within ${rounded} ms${wait}`);
    this.budget = rounded;
  }
}

/** Thrown when something is used in a state that does not allow it. */
export class InvalidStateError extends AnyioError {
  static {
    this.brand(this, "InvalidStateError", "ERR_ANYIO_INVALID_STATE");
  }
}

/** Thrown by the use of a resource that was closed on this side, also to whoever was waiting as it closed. */
export class ClosedResourceError extends AnyioError {
  static {
    this.brand(this, "ClosedResourceError", "ERR_ANYIO_CLOSED_RESOURCE");
  }

  constructor(message = "the resource is closed; open a new one", options?: ErrorOptions) {
    super(message, options);
  }
}

/** Thrown when the other side of a resource is gone; `cause` tells why where that is known. */
export class BrokenResourceError extends AnyioError {
  static {
    this.brand(this, "BrokenResourceError", "ERR_ANYIO_BROKEN_RESOURCE");
  }

  constructor(message = "the other side of the resource is gone; open a new one", options?: ErrorOptions) {
    super(message, options);
  }
}

/** Thrown by a call that runs in a worker, when the worker ends before the call has. The pool goes on with another one. */
export class BrokenWorkerError extends AnyioError {
  static {
    this.brand(this, "BrokenWorkerError", "ERR_ANYIO_BROKEN_WORKER");
  }

  /**
   * @param worker what people call the worker
   * @param exitCode what it ended with; null where a signal ended it, or nothing is known
   * @param signalCode the signal that ended it, if one did
   */
  constructor(
    worker: string,
    readonly exitCode: number | null = null,
    readonly signalCode: SignalName | null = null,
    options?: ErrorOptions,
  ) {
    const how =
      signalCode !== null
        ? `was killed by ${signalCode}`
        : exitCode !== null
          ? `exited with code ${exitCode}`
          : "ended";
    super(`${worker} ${how} before the call was done; call again, or find out what the function does to it`, options);
  }
}

/** Thrown when two tasks use one resource in one direction at once. */
export class BusyResourceError extends AnyioError {
  static {
    this.brand(this, "BusyResourceError", "ERR_ANYIO_BUSY_RESOURCE");
  }

  constructor(
    message = "another task is already using the resource; let one task own it or guard it with a lock",
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Thrown by `receive()` at the end of a stream; iteration ends instead. */
export class EndOfStreamError extends AnyioError {
  static {
    this.brand(this, "EndOfStreamError", "ERR_ANYIO_END_OF_STREAM");
  }

  constructor(message = "the stream has ended; iterate over it to stop there", options?: ErrorOptions) {
    super(message, options);
  }
}

/** Thrown by the `…Nowait` functions where their namesakes would wait. */
export class WouldBlockError extends AnyioError {
  static {
    this.brand(this, "WouldBlockError", "ERR_ANYIO_WOULD_BLOCK");
  }

  constructor(message = "the operation would have to wait; await its form without Nowait", options?: ErrorOptions) {
    super(message, options);
  }
}

/** Thrown by `extra()` when neither the provider nor what it wraps has the attribute. */
export class TypedAttributeLookupError extends AnyioError {
  static {
    this.brand(this, "TypedAttributeLookupError", "ERR_ANYIO_TYPED_ATTRIBUTE_LOOKUP");
  }

  /** @param attribute the name of the attribute that was looked up */
  constructor(readonly attribute: string) {
    super(`no typed attribute "${attribute}" here; pass a default to extra() where it may be missing`);
  }
}
