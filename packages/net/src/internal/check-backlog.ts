/** @throws {RangeError} when `backlog` is not a positive integer */
export function checkBacklog(backlog: number): void {
  if (Number.isSafeInteger(backlog) && backlog > 0) return;
  throw new RangeError(`backlog must be a positive integer, not ${String(backlog)}`);
}

/** As many as systems let wait: they take a smaller number where theirs is. */
export const DEFAULT_BACKLOG = 65_536;
