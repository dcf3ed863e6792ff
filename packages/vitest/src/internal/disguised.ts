/**
 * Makes `stand` pass for `original` with vitest, which reads a function's source to learn which fixtures it asks for, and
 * keeps what else it knows of a function under symbols.
 */
export function disguised<F extends (...args: never[]) => unknown>(original: object, stand: F): F {
  for (const key of Object.getOwnPropertySymbols(original)) {
    Object.defineProperty(stand, key, Object.getOwnPropertyDescriptor(original, key) ?? {});
  }
  return Object.defineProperty(stand, "toString", { value: () => String(original) });
}
