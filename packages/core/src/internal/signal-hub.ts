/**
 * One listener for each `AbortSignal`, however many scopes follow it: a signal checks every new listener against all it
 * has, so one listener for each of many scopes costs quadratic time.
 */
const hubs = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls back when `signal` is aborted, at once where it is already. Returns what ends it, leaving no listener behind. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => {};
  }
  const callbacks = hubs.get(signal) ?? new Set();
  if (callbacks.size === 0) {
    hubs.set(signal, callbacks);
    signal.addEventListener("abort", notify);
  }
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size === 0) signal.removeEventListener("abort", notify);
  };
}

function notify(this: AbortSignal): void {
  this.removeEventListener("abort", notify);
  for (const callback of hubs.get(this) ?? []) callback();
}
