import { realm } from "./internal/realm.js";
import type { SignalName } from "./signal-name.js";

/**
 * Says that a signal has somebody else who handles it: until the returned function is called, every `run()` of the process leaves it
 * alone. It listens to nothing by itself: whoever claims a signal listens for it, or the signal takes its default action where no `run()` listens.
 *
 * @returns gives the claim up; calling it again does nothing
 * @example
 * const release = claimSignal("SIGTERM");
 * const received = await run(async () => {
 *   const signal = new Promise((resolve) => process.once("SIGTERM", resolve));
 *   process.kill(process.pid, "SIGTERM");
 *   return signal;
 * });
 * release();
 * received; // => "SIGTERM"
 */
export function claimSignal(name: SignalName): () => void {
  const { claimedSignals } = realm;
  claimedSignals.set(name, (claimedSignals.get(name) ?? 0) + 1);
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    const others = (claimedSignals.get(name) ?? 1) - 1;
    if (others > 0) claimedSignals.set(name, others);
    else claimedSignals.delete(name);
  };
}
