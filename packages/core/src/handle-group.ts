import { ExceptionGroup, type Matcher } from "./exception-group.js";
import { isCancelled } from "./is-cancelled.js";
import { quietly } from "./quietly.js";

/** One clause of {@link handleGroup}; made by {@link on}. */
export interface GroupClause {
  readonly matcher: Matcher<unknown>;
  readonly handler: (group: ExceptionGroup<never>) => unknown;
}

/**
 * A clause for {@link handleGroup}: what to do with the errors that match.
 *
 * @param matcher a class of errors, or a predicate
 * @param handler gets a group of the matching errors, nested as they were
 * @example
 * let count = 0;
 * const countThem = on(RangeError, (group) => (count += group.leaves().length));
 * await handleGroup(new RangeError("too far"), countThem);
 * count; // => 1
 */
export function on<E>(matcher: Matcher<E>, handler: (group: ExceptionGroup<E>) => unknown): GroupClause {
  return { matcher, handler };
}

/**
 * Handles the errors of a group by kind: Python's `except*`. A plain error is treated as a group of one.
 *
 * The clauses run in order, each awaited, each with the errors that no earlier one took. What no clause took, and what the
 * clauses throw, is thrown on: one error as itself, several as a group. A cancellation is thrown on untouched.
 *
 * **Cancellation:** no cancellation point; the clauses decide.
 *
 * @example
 * const group = new ExceptionGroup([new RangeError("too far"), new TypeError("no number")]);
 * const warn = on(RangeError, (ranges) => {
 *   console.log(ranges.leaves().length, "out of range"); // => 1 out of range
 * });
 * try {
 *   await handleGroup(group, warn);
 * } catch (rest) {
 *   console.log(String(rest)); // => TypeError: no number
 * }
 * @see PEP 654
 */
export function handleGroup(error: unknown, ...clauses: readonly GroupClause[]): Promise<void> {
  return quietly(handle(error, clauses));
}

async function handle(error: unknown, clauses: readonly GroupClause[]): Promise<void> {
  if (isCancelled(error)) throw error;
  const whole = error instanceof ExceptionGroup ? error : new ExceptionGroup([error]);
  let rest: ExceptionGroup | undefined = whole;
  const thrown: unknown[] = [];
  for (const { matcher, handler } of clauses) {
    if (rest === undefined) break;
    const [matching, others]: (ExceptionGroup | undefined)[] = rest.split(matcher);
    rest = others;
    if (matching === undefined) continue;
    try {
      await handler(matching as ExceptionGroup<never>);
    } catch (failure) {
      thrown.push(failure);
    }
  }
  if (thrown.length === 0) {
    if (rest === undefined) return;
    if (rest === whole) throw error;
  }
  const leaves = rest?.leaves() ?? [];
  const errors = [...(leaves.length === 1 ? leaves : (rest?.errors ?? [])), ...thrown];
  throw errors.length === 1
    ? errors[0]
    : new ExceptionGroup(errors, "some errors were not handled", { cause: errors[0] });
}
