interface Environment {
  process?: { env?: Record<string, string | undefined> };
}

let sources = (globalThis as Environment).process?.env?.["ANYIO_DEBUG"] === "1" ? 1 : 0;

/** Whether origins and stacks are recorded: `ANYIO_DEBUG=1`, or a run with `debug: true` is under way. */
export function isDebug(): boolean {
  return sources > 0;
}

/** Turns debug mode on until the returned function is called. */
export function enableDebug(): () => void {
  sources++;
  return () => void sources--;
}
