import { getSystemErrorMap } from "node:util";

/** The reason alone, "permission denied (EACCES)": Node's message repeats the path and the system call. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { errno } = error as NodeJS.ErrnoException;
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno);
  return known === undefined ? error.message : `${known[1]} (${known[0]})`;
}
