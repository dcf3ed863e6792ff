import type { RemoteError, SentFunction } from "@anyio/core/workers";

/** What is sent to a worker. */
export interface Call {
  readonly anyio: "call";
  readonly id: number;
  readonly fn: SentFunction;
  readonly args: readonly unknown[];
}

/** What a worker sends: that it has begun a call, and what became of it. */
export type Reply =
  | { readonly anyio: "begun"; readonly id: number }
  | { readonly anyio: "value"; readonly id: number; readonly value: unknown }
  | { readonly anyio: "error"; readonly id: number; readonly error: RemoteError };

/** Whether a message of a worker's is of ours: its functions may send what they like. */
export function isReply(message: unknown): message is Reply {
  const { anyio } = (message ?? {}) as { anyio?: unknown };
  return anyio === "begun" || anyio === "value" || anyio === "error";
}
