import { AnyioError } from "@anyio/core";

/**
 * Thrown when no connection could be made: the message has every address that was tried with the reason, and `cause` is an
 * `ExceptionGroup` with one error per attempt; of a name that was not found, with that one error.
 *
 * @see anyio.ConnectionFailed
 */
export class ConnectionFailedError extends AnyioError {
  static {
    this.brand(this, "ConnectionFailedError", "ERR_ANYIO_CONNECTION_FAILED");
  }

  constructor(message = "no connection could be made; its cause tells why", options?: ErrorOptions) {
    super(message, options);
  }
}
