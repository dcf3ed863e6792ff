import { CancelledError } from "../cancelled-error.js";
import { ExceptionGroup } from "../exception-group.js";

/** Stands for "nothing is left": an error can be any value, `undefined` included. */
export const NOTHING = Symbol("nothing");

/** What remains of an error once the cancellations in it are taken out; {@link NOTHING} where it was nothing else. */
export function withoutCancellations(error: unknown): unknown {
  if (isPlainCancellation(error)) return NOTHING;
  if (error instanceof AggregateError) return withoutMembers(error);
  if (isSuppressedError(error)) return withoutHalves(error);
  return error;
}

function withoutMembers(group: AggregateError): unknown {
  const rest = group.errors.map(withoutCancellations).filter((member) => member !== NOTHING);
  if (rest.length === 0) return group.errors.length === 0 ? group : NOTHING;
  if (rest.length === group.errors.length && rest.every((member, i) => member === group.errors[i])) return group;
  if (rest.length === 1) return rest[0];
  if (group instanceof ExceptionGroup) return group.derive(rest);
  return new AggregateError(rest, group.message, { cause: rest[0] });
}

function withoutHalves(pair: SuppressedError): unknown {
  const error = withoutCancellations(pair.error);
  const suppressed = withoutCancellations(pair.suppressed);
  if (error === NOTHING) return suppressed;
  if (suppressed === NOTHING) return error;
  if (error !== pair.error) pair.error = error;
  if (suppressed !== pair.suppressed) pair.suppressed = suppressed;
  return pair;
}

// Our own error, or the platform's for an abort that ours caused: Node's own functions keep the signal's reason as cause.
function isPlainCancellation(error: unknown): boolean {
  return error instanceof CancelledError || (isAbort(error) && error.cause instanceof CancelledError);
}

function isAbort(error: unknown): error is Error {
  return error instanceof Error && error.name === "AbortError";
}

// By its shape: Node 20 and 22 have no such global, and transpilers bring their own.
function isSuppressedError(error: unknown): error is SuppressedError {
  return error instanceof Error && error.name === "SuppressedError" && "suppressed" in error;
}
