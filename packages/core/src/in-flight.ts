import { ambient } from "./internal/realm.js";

/**
 * Says that something is under way that ends by itself, and not in virtual time: a system call, a thread, a process. Until the returned
 * function is called, a virtual clock stands still, and nothing is taken for a deadlock.
 *
 * What waits for somebody who may be in this very program is not in flight: a socket that listens, or that waits for bytes. Its peer
 * might wait for the clock. {@link suspendForeign} is for that.
 *
 * @returns says that it has ended; calling it again does nothing
 * @example
 * const landed = inFlight();
 * const answer = await new Promise<string>((resolve) => setTimeout(() => resolve("done"), 10)).finally(landed);
 * answer; // => "done"
 */
export function inFlight(): () => void {
  const { pulse } = ambient().task.run;
  let isUnderWay = true;
  pulse.inFlight++;
  return () => {
    if (!isUnderWay) return;
    isUnderWay = false;
    pulse.inFlight--;
    pulse.activity++;
  };
}
