import { ambient } from "./internal/realm.js";

/** The time of the run's monotonic clock, in ms. Only differences between two readings mean something. */
export function currentTime(): number {
  return ambient().task.run.clock.now();
}

/**
 * The time at which a cancellation by deadline will strike here, in ms of `currentTime()`: `Infinity` when none will, `-Infinity` when
 * cancelled already.
 *
 * @example
 * currentEffectiveDeadline(); // => Infinity
 * @see anyio.current_effective_deadline
 */
export function currentEffectiveDeadline(): number {
  let scope = ambient();
  if (scope.effective !== null) return -Infinity;
  let earliest = Infinity;
  for (;;) {
    earliest = Math.min(earliest, scope.deadline?.at ?? Infinity);
    if (scope.shield || scope.parent === scope) return earliest;
    scope = scope.parent;
  }
}

/**
 * How long until the effective deadline, in ms: at least 0, and `Infinity` when there is none.
 *
 * @example
 * await moveOnAfter(1000, () => remaining() > 900); // => true
 */
export function remaining(): number {
  return Math.max(currentEffectiveDeadline() - currentTime(), 0);
}
