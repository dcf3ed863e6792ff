import { AnyioError } from "@anyio/core";

/** Thrown by a call into an event loop that nobody runs for it any more: what the call was for has ended, or the portal is closed. */
export class RunFinishedError extends AnyioError {
  static {
    this.brand(this, "RunFinishedError", "ERR_ANYIO_RUN_FINISHED");
  }

  /** @param what what has ended, as the message has it */
  constructor(what: string, options?: ErrorOptions) {
    super(`${what}; make such calls before that, and wait for them`, options);
  }
}
