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
}

const BRAND = Symbol.for("@anyio/core/v1/cancelled");

/**
 * What a cancelled operation rejects with. It looks like a platform abort (`name` "AbortError", `code` "ABORT_ERR"), so
 * code that already knows aborts treats it as one. Only the library makes these; recognise one with `isCancelled()`.
 */
export class CancelledError extends Error {
  static {
    Object.defineProperty(this.prototype, "name", { value: "AbortError", writable: true, configurable: true });
    Object.defineProperty(this.prototype, BRAND, { value: true });
  }

  readonly code = "ABORT_ERR";
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
    const { source, scopeName, taskName, reason } = cancellation;
    super(describe(cancellation), reason instanceof Error ? { cause: reason } : undefined);
    this.source = source;
    this.scopeName = scopeName;
    this.taskName = taskName;
    this.reason = reason;
  }

  /** Holds for instances made by another copy of this package too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}

/** Makes the error of one delivery. It has a stack in debug mode only: walking the stack is most of an error's price. */
export function deliveryOf(cancellation: Cancellation): CancelledError {
  if (isDebug()) return new CancelledError(cancellation);
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return new CancelledError(cancellation);
  } finally {
    Error.stackTraceLimit = limit;
  }
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
