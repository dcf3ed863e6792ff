import { realm } from "./internal/realm.js";
import { show } from "./internal/show.js";

/** Picks leaves of a group: a class of errors, or a predicate. */
export type Matcher<E> = (new (...args: never[]) => E) | ((leaf: unknown) => leaf is E) | ((leaf: unknown) => boolean);

type Inspect = (value: unknown, options?: object) => string;

const BRAND = Symbol.for("@anyio/core/v1/exception-group");
const MAKE_GROUP = Symbol.for("@anyio/core/v1/make-exception-group");
const makers = globalThis as { [MAKE_GROUP]?: (errors: unknown[], message: string) => Error };

/**
 * Several errors that happened beside each other. `console.log` shows it as a tree.
 *
 * @typeParam E the type of its leaves
 * @example
 * const group = new ExceptionGroup([new RangeError("too far"), new TypeError("no number")]);
 * group.message; // => "several errors (2 errors): RangeError: too far; TypeError: no number"
 * group.subgroup(RangeError)?.leaves().length; // => 1
 * @see PEP 654, where the operations come from
 */
export class ExceptionGroup<E = unknown> extends AggregateError {
  static {
    Object.defineProperty(this.prototype, "name", { value: "ExceptionGroup", writable: true, configurable: true });
    Object.defineProperty(this.prototype, BRAND, { value: true });
    // For groups that come from a worker: what revives errors must not load this file.
    makers[MAKE_GROUP] ??= (errors, message) => new ExceptionGroup(errors, titleOf(message));
  }

  declare errors: (E | ExceptionGroup<E>)[];
  /** The code of the errors where all agree, else `ERR_ANYIO_EXCEPTION_GROUP`. */
  readonly code: string;
  readonly #title: string;

  /**
   * @param errors at least one; groups among them stay groups
   * @param message what they have in common; the number and the errors' own messages are appended
   * @throws {RangeError} when there are no errors
   */
  constructor(errors: Iterable<E | ExceptionGroup<E>>, message = "", options?: ErrorOptions) {
    const members = [...errors];
    if (members.length === 0) throw new RangeError("errors is empty; an ExceptionGroup holds at least one error");
    const title = message || "several errors";
    super(members, summaryOf(title, members), options);
    this.#title = title;
    const code = codeOf(members[0]);
    this.code = code !== undefined && members.every((member) => codeOf(member) === code) ? code : DEFAULT_CODE;
  }

  /** Holds for instances made by another copy of this package too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && BRAND in value;
  }

  /** Divides the group in two: the leaves that match, and the others. Nesting is kept; a side without leaves is undefined. */
  split<M extends E>(matcher: Matcher<M>): [ExceptionGroup<M> | undefined, ExceptionGroup<E> | undefined] {
    const matches = predicateOf(matcher);
    return [select(this, matches) as ExceptionGroup<M> | undefined, select(this, (leaf) => !matches(leaf))];
  }

  /** The leaves that match, their nesting kept; undefined where none does. */
  subgroup<M extends E>(matcher: Matcher<M>): ExceptionGroup<M> | undefined {
    return select(this, predicateOf(matcher)) as ExceptionGroup<M> | undefined;
  }

  /** All errors that are no groups, at any depth, in order. */
  leaves(): E[] {
    return this.errors.flatMap((member) => (isGroup<E>(member) ? member.leaves() : [member]));
  }

  /** A group with the same message over other errors. */
  derive<M>(errors: readonly (M | ExceptionGroup<M>)[]): ExceptionGroup<M> {
    const causedByMember = (this.errors as unknown[]).includes(this.cause);
    const cause = causedByMember ? errors[0] : this.cause;
    return new ExceptionGroup(errors, this.#title, cause === undefined ? {} : { cause });
  }

  /** What `console.log` shows: every leaf with its stack and its task's name. */
  [Symbol.for("nodejs.util.inspect.custom")](_depth: number, options: object, inspect?: Inspect): string {
    return treeOf(this, (leaf) => inspect?.(leaf, options) ?? textOf(leaf), new Set());
  }
}

// No method: a group inside may be one of another copy of this package, whose private ones are out of reach.
function select<E>(group: ExceptionGroup<E>, matches: (leaf: unknown) => boolean): ExceptionGroup<E> | undefined {
  const { errors } = group;
  const chosen: (E | ExceptionGroup<E>)[] = [];
  for (const member of errors) {
    const part = isGroup<E>(member) ? select(member, matches) : matches(member) ? member : undefined;
    if (part !== undefined) chosen.push(part);
  }
  if (chosen.length === 0) return undefined;
  const isWhole = chosen.length === errors.length && chosen.every((member, i) => member === errors[i]);
  return isWhole ? group : group.derive(chosen);
}

const DEFAULT_CODE = "ERR_ANYIO_EXCEPTION_GROUP";

function isGroup<E>(member: unknown): member is ExceptionGroup<E> {
  return member instanceof ExceptionGroup;
}

function predicateOf(matcher: Matcher<unknown>): (leaf: unknown) => boolean {
  const { prototype } = matcher as { prototype?: unknown };
  const isErrorClass = prototype === Error.prototype || prototype instanceof Error;
  return isErrorClass
    ? (leaf) => leaf instanceof (matcher as new () => unknown)
    : (matcher as (leaf: unknown) => boolean);
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

function summaryOf(message: string, members: readonly unknown[]): string {
  const texts = new Set(
    members.map((member) => `${member instanceof Error ? `${member.name}:` : "thrown"} ${show(member)}`),
  );
  return `${message} (${members.length} ${members.length === 1 ? "error" : "errors"}): ${[...texts].join("; ")}`;
}

/** What a message begins with that {@link summaryOf} has made. */
function titleOf(message: string): string {
  return /^([^]*?) \(\d+ errors?\): /.exec(message)?.[1] ?? message;
}

function treeOf(group: ExceptionGroup, render: (leaf: unknown) => string, above: Set<ExceptionGroup>): string {
  if (above.has(group)) return `${group.name}: (circular)`;
  const path = new Set(above).add(group);
  const lines = [`${group.name}: ${group.message}`];
  group.errors.forEach((member, i) => {
    const last = i === group.errors.length - 1;
    const task = typeof member === "object" && member !== null ? realm.failedTasks.get(member) : undefined;
    const text = isGroup(member) ? treeOf(member, render, path) : render(member);
    const block = (task === undefined ? text : `in task "${task}": ${text}`).split("\n");
    block.forEach((line, j) => lines.push((j === 0 ? (last ? "└─ " : "├─ ") : last ? "   " : "│  ") + line));
  });
  return lines.join("\n");
}

function textOf(leaf: unknown): string {
  return leaf instanceof Error ? (leaf.stack ?? show(leaf)) : show(leaf);
}
