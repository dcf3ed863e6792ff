/**
 * What was thrown, as it is sent: a structured clone of an error keeps neither its fields nor its name. What is in it at two places is one
 * object, also where it arrives.
 */
export interface RemoteError {
  /** The built-in class; undefined for what is no error. */
  type?: string;
  name?: string;
  message?: string;
  stack?: string;
  fields?: Record<string, unknown>;
  cause?: RemoteError;
  errors?: RemoteError[];
  /** Whether it is a group of ours. */
  isGroup?: boolean;
  /** What errors of ours are recognised by. */
  brand?: string;
  /** Why it was cancelled, where it is a cancellation. */
  reason?: RemoteError;
  /** What is no error, as it is. */
  value?: unknown;
}

/**
 * Makes of what was thrown what can be sent. It never throws: anything may be thrown, and any property may be what cannot be cloned, or read.
 * What cannot be sent is left out, or a text says what was there.
 *
 * @example
 * encodeError(new RangeError("too far")).type; // => "RangeError"
 */
export function encodeError(thrown: unknown): RemoteError {
  return encode(thrown, 1, new Map());
}

/**
 * Makes the error again that was thrown elsewhere, with the caller's stack above the one from there. An error of ours, a cancellation too, is
 * recognised as what it was, and a group is an `ExceptionGroup` where that class is loaded.
 *
 * @param where what people call the place where it was thrown
 * @param caller the stack of whoever called; none where it is empty
 * @example
 * const error = reviveError(encodeError(new RangeError("too far")), "worker 1", "    at caller");
 * error instanceof RangeError; // => true
 */
export function reviveError(remote: RemoteError, where: string, caller: string): unknown {
  return revive(remote, where, caller, new Map());
}

/**
 * The frames of whoever called, to go above those of an error that comes from elsewhere.
 *
 * @param error made where the library was called
 * @param own how many of its frames are the library's
 */
export function framesOf({ stack = "" }: Error, own: number): string {
  return stack
    .split("\n")
    .slice(1 + own)
    .join("\n");
}

/** Whether an error is a cancellation: of ours, made here or revived. */
export function isCancellation(error: unknown): boolean {
  return typeof error === "object" && error !== null && CANCELLED in error;
}

/** What each error is encoded as, so that each is encoded once; null for those that are about to be. */
type Encoded = Map<unknown, RemoteError | null>;

function encode(thrown: unknown, depth: number, known: Encoded): RemoteError {
  try {
    return isInstance(thrown, Error) ? encodeIt(thrown, depth, known) : { value: sendable(thrown, textOf(thrown)) };
  } catch {
    return { type: "Error", name: "Error", message: "an error that cannot be read" };
  }
}

function encodeIt(error: Error, depth: number, known: Encoded): RemoteError {
  known.set(error, null);
  const encodeInner = (inner: unknown): RemoteError => {
    const encoded = known.get(inner);
    if (encoded === null) return { value: "a cause that goes round" };
    if (encoded !== undefined) return encoded;
    return depth === DEEPEST ? { value: "a cause that lies too deep" } : encode(inner, depth + 1, known);
  };
  const encoded: RemoteError = {
    type: typeOf(error),
    name: textOf(read(error, "name", "Error")),
    message: textOf(read(error, "message", HIDDEN)),
    stack: textOf(read(error, "stack", undefined) ?? ""),
    fields: fieldsOf(error),
  };
  const errors = isInstance(error, AggregateError) ? read(error, "errors", undefined) : undefined;
  if (Array.isArray(errors)) encoded.errors = errors.map(encodeInner);
  if (encoded.errors !== undefined && has(error, GROUP)) encoded.isGroup = true;
  if (has(error, "cause")) encoded.cause = encodeInner(read(error, "cause", HIDDEN));
  const brand = read(error, BRAND, undefined);
  if (typeof brand === "string") encoded.brand = brand;
  if (has(error, CANCELLED)) encoded.reason = encodeInner(read(error, "reason", HIDDEN));
  known.set(error, encoded);
  return encoded;
}

/** Revives each error once, however many places it is at. */
function revive(remote: RemoteError, where: string, caller: string, known: Map<RemoteError, unknown>): unknown {
  if (remote.type === undefined) return remote.value;
  const inner = (error: RemoteError): unknown => known.get(error) ?? revive(error, where, "", known);
  const error = make(remote, inner);
  known.set(remote, error);
  const { name = "Error", message = "", stack = "", fields, cause, reason } = remote;
  if (error.name !== name) define(error, "name", name);
  if (error.message !== message) define(error, "message", message);
  if (cause !== undefined) define(error, "cause", inner(cause));
  define(error, "stack", stackOf(`${name}: ${message}`, caller, where, stack));
  for (const [field, value] of Object.entries(fields ?? {})) assign(error, field, value);
  if (remote.brand !== undefined) Object.defineProperty(error, BRAND, { value: remote.brand });
  if (reason === undefined) return error;
  assign(error, "reason", inner(reason));
  return Object.defineProperty(error, CANCELLED, { value: true });
}

/** The built-in class that an error is of, or extends. */
function typeOf(error: Error): string {
  for (
    let proto = Object.getPrototypeOf(error) as object | null;
    proto !== null;
    proto = Object.getPrototypeOf(proto)
  ) {
    const name = (read(proto, "constructor", undefined) as { name?: unknown } | undefined)?.name;
    if (
      typeof name === "string" &&
      (globalThis as Record<string, unknown> & { [name: string]: { prototype?: object } | undefined })[name]
        ?.prototype === proto
    )
      return name;
  }
  return "Error";
}

function fieldsOf(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const name of Object.getOwnPropertyNames(error)) {
    if (BUILT_IN.has(name)) continue;
    const value = sendable(read(error, name, NOTHING), NOTHING);
    if (value !== NOTHING) fields[name] = value;
  }
  // Getters of a class's prototype say it where there is no field.
  const code = read(error, "code", undefined);
  if (typeof code === "string") fields["code"] = code;
  return fields;
}

/** A value as it is sent, cloned: what its getters say the next time may be something else. */
function sendable(value: unknown, otherwise: unknown): unknown {
  if (typeof value !== "object" || value === null) {
    return typeof value === "function" || typeof value === "symbol" ? otherwise : value;
  }
  try {
    return structuredClone(value) as unknown;
  } catch {
    return otherwise;
  }
}

/** What an error has there; a getter, or a proxy, may throw. */
function read(error: object, key: PropertyKey, otherwise: unknown): unknown {
  try {
    return (error as Record<PropertyKey, unknown>)[key];
  } catch {
    return otherwise;
  }
}

function has(error: object, key: PropertyKey): boolean {
  try {
    return key in error;
  } catch {
    return false;
  }
}

function isInstance<T>(value: unknown, type: new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return HIDDEN;
  }
}

function make(
  { type = "Error", name = "Error", message = "", errors = [], isGroup = false }: RemoteError,
  inner: (error: RemoteError) => unknown,
): Error {
  if (type === "DOMException") return new DOMException(message, name);
  if (type === "AggregateError") {
    const members = errors.map(inner);
    const makeGroup = isGroup && members.length > 0 ? makers[MAKE_GROUP] : undefined;
    return makeGroup?.(members, message) ?? new AggregateError(members, message);
  }
  return new (TYPES[type] ?? Error)(message);
}

function stackOf(header: string, caller: string, where: string, stack: string): string {
  const frames = stack.startsWith(header) ? stack.slice(header.length + 1) : stack;
  const parts = [header, caller, caller === "" ? "" : `    in ${where}:`, frames];
  return parts.filter((part) => part !== "").join("\n");
}

function define(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, writable: true, configurable: true, enumerable: false });
}

// A class may have such a property to read only; a field of its own hides it. Bun's errors have a `line` and a `column`, which are not listed.
function assign(error: Error, name: string, value: unknown): void {
  if ((error as unknown as Record<string, unknown>)[name] === value) return;
  const enumerable = Object.getOwnPropertyDescriptor(error, name)?.enumerable ?? true;
  Object.defineProperty(error, name, { value, writable: true, configurable: true, enumerable });
}

const TYPES: Partial<Record<string, new (message: string) => Error>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

const BUILT_IN = new Set([
  "name",
  "message",
  "stack",
  "cause",
  "errors",
  "sourceURL",
  "originalLine",
  "originalColumn",
]);

const NOTHING = Symbol("nothing");
const HIDDEN = "a value that cannot be shown";
const DEEPEST = 100;

const MAKE_GROUP = Symbol.for("@anyio/core/v1/make-exception-group");
/** Left there by the class of groups, so that this file loads nothing: it is for workers. */
const makers = globalThis as { readonly [MAKE_GROUP]?: (errors: unknown[], message: string) => Error };
const BRAND = Symbol.for("@anyio/core/v1/error");
const GROUP = Symbol.for("@anyio/core/v1/exception-group");
const CANCELLED = Symbol.for("@anyio/core/v1/cancelled");
