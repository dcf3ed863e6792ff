/** Fails the workload unless `actual` is `expected`: a contestant that leaves work undone has no figure. */
export function expectEqual<T>(what: string, actual: T, expected: T): void {
  if (actual !== expected) throw new Error(`${what}: expected ${String(expected)}, got ${String(actual)}`);
}
