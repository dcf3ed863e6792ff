/** Stand-in. */
export function withoutLeaks<T>(_who: string, fn: () => Promise<T>): Promise<T> {
  return fn();
}
