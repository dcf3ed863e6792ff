import { CancelledError } from "./cancelled-error.js";
import { ambient } from "./internal/realm.js";

/**
 * What the scope that this is called in is cancelled by, as an error; undefined where it is not. For an undo that has to tell somebody
 * outside: the scope's signal is aborted only when all operations have been told.
 *
 * @example
 * await new CancelScope().run((scope) => {
 *   scope.cancel("enough");
 *   return currentCancellation()?.reason;
 * }); // => "enough"
 */
export function currentCancellation(): CancelledError | undefined {
  const { effective } = ambient();
  return effective === null ? undefined : new CancelledError(effective);
}
