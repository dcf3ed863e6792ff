import { AnyioError } from "@anyio/core";

/** Thrown when the result of a future is asked for before there is one. */
export class FutureNotFinishedError extends AnyioError {
  static {
    this.brand(this, "FutureNotFinishedError", "ERR_ANYIO_FUTURE_NOT_FINISHED");
  }

  constructor() {
    super("the future has not finished; await its wait() first");
  }
}

/** Thrown when a future that has a result or an error is given another. */
export class FutureAlreadyFinishedError extends AnyioError {
  static {
    this.brand(this, "FutureAlreadyFinishedError", "ERR_ANYIO_FUTURE_ALREADY_FINISHED");
  }

  constructor() {
    super("the future has a result or an error already; give it one only, or check its done first");
  }
}

/** Thrown by whatever needs the result of a cancelled future, or would give it one. */
export class FutureCancelledError extends AnyioError {
  static {
    this.brand(this, "FutureCancelledError", "ERR_ANYIO_FUTURE_CANCELLED");
  }

  constructor() {
    super("the future was cancelled and will have no result; make a new one to try again");
  }
}
