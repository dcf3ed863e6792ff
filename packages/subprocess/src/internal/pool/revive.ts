import type { RemoteError } from "./messages.js";

/**
 * Makes the error again that was thrown in a worker, with the caller's stack above the worker's.
 *
 * @param worker what people call the worker
 * @param caller the stack of whoever called
 */
export function revive(remote: RemoteError, worker: string, caller: string): unknown {
  if (remote.type === undefined) return remote.value;
  const error = make(remote, (inner) => revive(inner, worker, ""));
  const { name = "Error", message = "", stack = "", fields, cause } = remote;
  if (error.name !== name) define(error, "name", name);
  if (cause !== undefined) define(error, "cause", revive(cause, worker, ""));
  define(error, "stack", stackOf(`${name}: ${message}`, caller, worker, stack));
  for (const [field, value] of Object.entries(fields ?? {})) assign(error, field, value);
  if (remote.brand !== undefined) Object.defineProperty(error, BRAND, { value: remote.brand });
  return error;
}

function make(
  { type = "Error", name = "Error", message = "", errors }: RemoteError,
  inner: (error: RemoteError) => unknown,
): Error {
  if (type === "DOMException") return new DOMException(message, name);
  if (type === "AggregateError") return new AggregateError((errors ?? []).map(inner), message);
  return new (TYPES[type] ?? Error)(message);
}

function stackOf(header: string, caller: string, worker: string, stack: string): string {
  const frames = stack.startsWith(header) ? stack.slice(header.length + 1) : stack;
  const parts = [header, caller, caller === "" ? "" : `    in ${worker}:`, frames];
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

const BRAND = Symbol.for("@anyio/core/v1/error");
