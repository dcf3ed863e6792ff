import type { RemoteError, SentFunction } from "@anyio/core/workers";
import type { Outcome } from "./messages.js";

/** A task that a portal's thread is to start. */
export interface StartTask {
  readonly id: number;
  readonly fn: SentFunction;
  readonly args: readonly unknown[];
  readonly name: string;
}

/** What a portal's thread is told. */
export type Order =
  | ({ readonly type: "start" } & StartTask)
  | { readonly type: "cancel"; readonly id: number }
  | { readonly type: "close" };

/** How a portal's thread has ended: whoever is blocked is told nothing else of it. */
export interface Ending {
  readonly type: "ending";
  readonly exitCode: number;
  /** What nobody has caught there, if anything. */
  readonly error?: RemoteError;
}

/** What became of a task. */
export interface Result {
  readonly type: "result";
  readonly id: number;
  readonly outcome: Outcome;
}
