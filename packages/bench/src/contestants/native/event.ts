/** An event that many tasks wait for. A waiter whose signal is aborted is withdrawn. */
export class Event {
  readonly #waiters = new Set<() => void>();

  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onSet = () => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      const onAbort = () => {
        this.#waiters.delete(onSet);
        reject(signal.reason);
      };
      this.#waiters.add(onSet);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  set(): void {
    for (const onSet of this.#waiters) onSet();
    this.#waiters.clear();
  }
}
