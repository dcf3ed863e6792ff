import { CancelScope } from "./cancel-scope.js";

/** What can be closed. */
export type Closable = { close(): unknown } | AsyncDisposable | Disposable;

/**
 * Closes a resource without any graceful step: it is closed in a scope that is cancelled already.
 *
 * **Cancellation:** no cancellation point; closing always closes.
 *
 * @example
 * let isOpen = true;
 * await forceClose({ close: () => (isOpen = false) });
 * isOpen; // => false
 * @see anyio.aclose_forcefully
 */
export function forceClose(resource: Closable): Promise<void> {
  // Shielded, so that what is cancelled in it ends there.
  const scope = new CancelScope({ name: "forceClose", shield: true });
  scope.cancel();
  return scope.run(async () => {
    if ("close" in resource) await resource.close();
    else if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
    else resource[Symbol.dispose]();
  });
}
