import { encodeError } from "@anyio/core/workers";
import { transferOf } from "../transfer.js";
import type { MessagePort, Outcome } from "./messages.js";

/** Sends the outcome that `value` is; where it cannot be cloned, that it cannot is the outcome. */
export function sendValue(port: MessagePort, value: unknown, wrap: (outcome: Outcome) => unknown = same): void {
  try {
    const transfer = transferOf(value);
    if (transfer === undefined) port.postMessage(wrap({ type: "value", value }));
    else port.postMessage(wrap({ type: "value", value: transfer.value }), transfer.list);
  } catch (error) {
    sendError(port, error, wrap);
  }
}

/** Sends the outcome that `error` was thrown. */
export function sendError(port: MessagePort, error: unknown, wrap: (outcome: Outcome) => unknown = same): void {
  port.postMessage(wrap({ type: "error", error: encodeError(error) }));
}

function same(outcome: Outcome): Outcome {
  return outcome;
}
