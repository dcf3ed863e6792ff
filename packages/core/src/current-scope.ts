import { type CancelScope, scopeOf } from "./cancel-scope.js";
import { ambient, callIn } from "./internal/realm.js";

/**
 * The scope that code called from here belongs to. Outside every scope it is one that is never cancelled.
 *
 * @example
 * await new CancelScope().run((scope) => currentScope() === scope); // => true
 */
export function currentScope(): CancelScope {
  return scopeOf(ambient());
}

/**
 * Makes a function that calls `fn` in the scope of now, whoever calls it: for callbacks handed to foreign code, where the runtime may have lost the
 * scope. Once that scope has been left, the call belongs to the nearest one around it that is still open.
 *
 * @example
 * const clicks = new EventTarget();
 * await new CancelScope().run(async (scope) => {
 *   const onClick = bindScope(() => scope === currentScope() && scope.cancel("clicked"));
 *   clicks.addEventListener("click", onClick, { once: true });
 *   setTimeout(() => clicks.dispatchEvent(new Event("click")), 10);
 *   await sleepForever();
 * }); // => undefined
 */
export function bindScope<A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => R {
  const scope = ambient();
  return (...args) => callIn(scope, (given) => fn(...given), args);
}
