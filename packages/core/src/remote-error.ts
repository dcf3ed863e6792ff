/** What was thrown, as it is sent: a structured clone of an error keeps neither its fields nor its name. */
export interface RemoteError {
  /** The built-in class; undefined for what is no error. */
  type?: string;
  name?: string;
  message?: string;
  stack?: string;
  fields?: Record<string, unknown>;
  cause?: RemoteError;
  errors?: RemoteError[];
  /** What errors of ours are recognised by. */
  brand?: string;
  /** Why it was cancelled, where it is a cancellation. */
  reason?: RemoteError;
  /** What is no error, as it is. */
  value?: unknown;
}

/**
 * Makes of what was thrown what can be sent: anything may be thrown, and any property may be what cannot be cloned.
 *
 * @example
 * encodeError(new RangeError("too far")).type; // => "RangeError"
 */
export function encodeError(thrown: unknown): RemoteError {
  return encode(thrown, new Set());
}

/**
 * Makes the error again that was thrown elsewhere, with the caller's stack above the one from there. An error of ours, a cancellation too, is
 * recognised as what it was.
 *
 * @param where what people call the place where it was thrown
 * @param caller the stack of whoever called; none where it is empty
 * @example
 * const error = reviveError(encodeError(new RangeError("too far")), "worker 1", "    at caller");
 * error instanceof RangeError; // => true
 */
export function reviveError(remote: RemoteError, where: string, caller: string): unknown {
  if (remote.type === undefined) return remote.value;
  const error = make(remote, (inner) => reviveError(inner, where, ""));
  const { name = "Error", message = "", stack = "", fields, cause, reason } = remote;
  if (error.name !== name) define(error, "name", name);
  if (cause !== undefined) define(error, "cause", reviveError(cause, where, ""));
  define(error, "stack", stackOf(`${name}: ${message}`, caller, where, stack));
  for (const [field, value] of Object.entries(fields ?? {})) assign(error, field, value);
  if (remote.brand !== undefined) Object.defineProperty(error, BRAND, { value: remote.brand });
  if (reason === undefined) return error;
  assign(error, "reason", reviveError(reason, where, ""));
  return Object.defineProperty(error, CANCELLED, { value: true });
}

function encode(thrown: unknown, around: ReadonlySet<unknown>): RemoteError {
  if (!(thrown instanceof Error)) return { value: isCloneable(thrown) ? thrown : textOf(thrown) };
  const inside = new Set(around).add(thrown);
  const encodeInner = (inner: unknown): RemoteError =>
    inside.has(inner) ? { value: "a cause that goes round" } : encode(inner, inside);
  const { name, message, stack } = thrown as { name: unknown; message: unknown; stack: unknown };
  const encoded: RemoteError = {
    type: typeOf(thrown),
    name: String(name),
    message: String(message),
    stack: String(stack ?? ""),
    fields: fieldsOf(thrown),
  };
  if ("cause" in thrown) encoded.cause = encodeInner(thrown.cause);
  if (thrown instanceof AggregateError) encoded.errors = thrown.errors.map(encodeInner);
  const { [BRAND]: brand } = thrown as { [BRAND]?: unknown };
  if (typeof brand === "string") encoded.brand = brand;
  if (CANCELLED in thrown) encoded.reason = encodeInner((thrown as { reason?: unknown }).reason);
  return encoded;
}

/** The built-in class that an error is of, or extends. */
function typeOf(error: Error): string {
  for (
    let proto = Object.getPrototypeOf(error) as object | null;
    proto !== null;
    proto = Object.getPrototypeOf(proto)
  ) {
    const { name } = proto.constructor;
    if (
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
    const value = (error as unknown as Record<string, unknown>)[name];
    if (isCloneable(value)) fields[name] = value;
  }
  // Getters of a class's prototype say it where there is no field.
  const { code } = error as { code?: unknown };
  if (typeof code === "string") fields["code"] = code;
  return fields;
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "a value that cannot be shown";
  }
}

function make(
  { type = "Error", name = "Error", message = "", errors }: RemoteError,
  inner: (error: RemoteError) => unknown,
): Error {
  if (type === "DOMException") return new DOMException(message, name);
  if (type === "AggregateError") return new AggregateError((errors ?? []).map(inner), message);
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

const BRAND = Symbol.for("@anyio/core/v1/error");
const CANCELLED = Symbol.for("@anyio/core/v1/cancelled");
