import { tracing } from "./tracing.js";

interface Environment {
  process?: { env?: Record<string, string | undefined> };
}

const asked = isAsked();

/** Whether origins and stacks are recorded: `ANYIO_DEBUG=1`, or a run with `debug: true` is under way. */
export function isDebug(): boolean {
  return asked || tracing.debug > 0;
}

/** Turns debug mode on until the returned function is called. */
export function enableDebug(): () => void {
  tracing.debug++;
  return () => void tracing.debug--;
}

function isAsked(): boolean {
  try {
    return (globalThis as Environment).process?.env?.["ANYIO_DEBUG"] === "1";
  } catch {
    // A Deno program without --allow-env may not know.
    return false;
  }
}
