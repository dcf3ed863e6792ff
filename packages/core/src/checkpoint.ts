import { DONE } from "./internal/deferred.js";
import { ambient } from "./internal/realm.js";
import { refuse } from "./internal/refuse.js";
import type { ScopeNode } from "./internal/scope-tree.js";
import { waitShielded } from "./internal/waiter.js";

/**
 * Lets others run, and lets a cancellation strike: what a long computation calls now and then.
 *
 * **Cancellation:** in a cancelled scope it rejects.
 *
 * @example
 * let sum = 0;
 * for (let i = 1; i <= 1000; i++) {
 *   sum += i;
 *   await checkpoint();
 * }
 * sum; // => 500500
 * @see anyio.lowlevel.checkpoint
 */
export function checkpoint(): Promise<void> {
  const scope = ambient();
  if (scope.effective !== null) return refuse(scope, scope.effective);
  return pass(scope);
}

/**
 * Lets a cancellation strike: {@link checkpoint} for the start of an operation that goes on to wait by itself. It gives way to others
 * only when the fairness budget is spent.
 */
export const checkpointIfCancelled: () => Promise<void> = checkpoint;

/** Lets others run; a cancellation does not strike here. */
export function cancelShieldedCheckpoint(): Promise<void> {
  return pass(ambient());
}

function pass(scope: ScopeNode): Promise<void> {
  const { run } = scope.task;
  run.pulse.activity++;
  scope.refusals = 0;
  if (run.turns.spend()) return DONE;
  const waiter = waitShielded<void>(scope, "its turn");
  waiter.resume();
  return waiter.promise;
}
