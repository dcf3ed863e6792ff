import { isDebug } from "./internal/debug.js";
import { show } from "./internal/show.js";

/** Who or what cancelled: an `AbortSignal` is "signal", an operating system's signal "shutdown". */
export type CancelSource = "cancel" | "deadline" | "sibling" | "signal" | "shutdown" | "exit";

/** One cancellation of one scope. Each delivery makes a fresh error of it. */
export interface Cancellation {
  readonly source: CancelSource;
  readonly scopeName: string | undefined;
  readonly taskName: string | undefined;
  readonly reason: unknown;
  /** What the first interrupted operation was waiting for. */
  waitingFor?: string;
  message?: string;
  header?: string;
}

const BRAND = Symbol.for("@anyio/core/v1/cancelled");

/**
 * What a cancelled operation rejects with. It looks like a platform abort (`name` "AbortError", `code` "ABORT_ERR"), so
 * code that already knows aborts treats it as one. Only the library makes these; recognise one with `isCancelled()`.
 *
 * It is an `Error` to `instanceof`. It has a stack in debug mode only, and engines' own tests for errors do not know it.
 */
export class CancelledError extends errorWithoutEngine() {
  static {
    Object.defineProperty(this.prototype, "name", { value: "AbortError", writable: true, configurable: true });
    Object.defineProperty(this.prototype, BRAND, { value: true });
  }

  readonly code = "ABORT_ERR";
  override readonly message: string;
  override readonly stack: string;
  /** What kind of event cancelled the scope. */
  readonly source: CancelSource;
  /** The cancelled scope's name. */
  readonly scopeName: string | undefined;
  /** The name of the task that cancelled. */
  readonly taskName: string | undefined;
  /** What was given to `cancel()`, or the signal's reason. It is the `cause` too where it is an error. */
  readonly reason: unknown;

  /** @internal */
  constructor(cancellation: Cancellation) {
    super();
    const { source, scopeName, taskName, reason } = cancellation;
    // One text for all deliveries of a cancellation.
    this.message = cancellation.message ??= describe(cancellation);
    this.stack = cancellation.header ??= `${this.name}: ${this.message}`;
    this.source = source;
    this.scopeName = scopeName;
    this.taskName = taskName;
    this.reason = reason;
    if (reason instanceof Error) this.cause = reason;
    if (isDebug()) Error.captureStackTrace(this, this.constructor);
  }

  /** Holds for instances made by another copy of this package too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}

/**
 * What an error inherits, without the engine's making of an error: that alone would be a third of the price of cancelling
 * a task.
 */
function errorWithoutEngine(): ErrorConstructor {
  function Base(): void {}
  Base.prototype = Error.prototype;
  return Base as unknown as ErrorConstructor;
}

function describe({ source, scopeName, taskName, reason }: Cancellation): string {
  const scope = scopeName === undefined ? "the scope" : `scope "${scopeName}"`;
  const by = taskName === undefined ? "" : ` by task "${taskName}"`;
  const why = reason === undefined ? "" : `: ${show(reason)}`;
  return `${scope} ${EVENTS[source]}${by}${why}`;
}

const EVENTS: Record<CancelSource, string> = {
  cancel: "was cancelled",
  deadline: "passed its deadline",
  sibling: "was cancelled for the failure of one of its tasks",
  signal: "was cancelled through its AbortSignal",
  shutdown: "was cancelled for the program is shutting down",
  exit: "was left while this operation was pending; await it, or start it in a task group",
};
