/** What is sent to a worker. */
export interface Call {
  readonly anyio: "call";
  readonly id: number;
  readonly fn: SentFunction;
  readonly args: readonly unknown[];
}

/** A function as it is sent: where it is, or what it says. */
export type SentFunction = { readonly module: string; readonly name: string } | { readonly text: string };

/** What a worker sends: that it has begun a call, and what became of it. */
export type Reply =
  | { readonly anyio: "begun"; readonly id: number }
  | { readonly anyio: "value"; readonly id: number; readonly value: unknown }
  | { readonly anyio: "error"; readonly id: number; readonly error: RemoteError };

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
  /** What is no error, as it is. */
  value?: unknown;
}

/** Whether a message of a worker's is of ours: its functions may send what they like. */
export function isReply(message: unknown): message is Reply {
  const { anyio } = (message ?? {}) as { anyio?: unknown };
  return anyio === "begun" || anyio === "value" || anyio === "error";
}
