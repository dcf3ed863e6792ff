import type { RemoteError, SentFunction } from "@anyio/core/workers";

/** A call that a thread is to do. */
export interface Call {
  readonly type: "call";
  /** Its number in the thread, given as it is sent. */
  id: number;
  readonly fn: SentFunction;
  readonly args: readonly unknown[];
  /** Which of the arguments are functions of the caller's, to be called back; asked for by these numbers. */
  remotes?: readonly number[];
  /** When its time is up, in ms since 1970; no limit where it is missing. */
  deadline?: number;
}

/** What became of something. */
export type Outcome =
  | { readonly type: "value"; readonly value: unknown }
  | { readonly type: "error"; readonly error: RemoteError };

/** What a thread asks whoever serves it to call. */
export interface Ask {
  readonly type: "ask";
  readonly id: number;
  /** The name of a handler, or the number of a function that was handed over. */
  readonly target: string | number;
  readonly args: readonly unknown[];
  /** Whether the thread is blocked meanwhile. */
  readonly isBlocked: boolean;
}

/** Takes an ask back. */
export interface Withdrawal {
  readonly type: "withdrawal";
  readonly id: number;
}

/** What became of an ask. */
export interface Answer {
  readonly type: "answer";
  readonly id: number;
  readonly outcome: Outcome;
}

/** Tells that there will be no more answers. */
export interface Closing {
  readonly type: "closing";
}

/** Why a call is cancelled. */
export interface Cancellation {
  readonly type: "cancellation";
  readonly call: number;
  readonly error: RemoteError;
}

/** What a thread is given to begin with. */
export interface Line {
  readonly memory: SharedArrayBuffer;
  /** Where there are answers for a thread that is blocked, and why it is cancelled: nobody listens there, one looks. */
  readonly answers: MessagePort;
}

/** What a portal's port says first. */
export interface PortalLine extends Line {
  /** Whose loop it is: that thread must not block for it. */
  readonly threadId: number;
}

/** The part of a message port that is used here: each runtime's types have another one. */
export type MessagePort = import("node:worker_threads").MessagePort;
