import { BrokenResourceError } from "@anyio/core";

/** How long closing waits for the other side's goodbye, in ms. */
export const GOODBYE_TIMEOUT = 1000;

/** What there is to say of an end that may have been made by anybody. */
export function raggedEnd(): BrokenResourceError {
  return new BrokenResourceError(
    "the connection has ended without a TLS goodbye (close_notify), so something may be missing; " +
      "where the other side never says goodbye, and what is sent tells its own end, pass standardCompatible: false",
  );
}
