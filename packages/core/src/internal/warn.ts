interface Emitter {
  emitWarning(message: string, options: { type: string; code: string; detail?: string }): void;
}

/** Prints a process warning under a stable code; the console is used where there is no `process`. */
export function warn(code: string, message: string, detail?: string): void {
  const { process } = globalThis as { process?: Emitter };
  if (process === undefined) console.warn(`(${code}) ${message}\n${detail ?? ""}`);
  else process.emitWarning(message, { type: "AnyioWarning", code, ...(detail ? { detail } : {}) });
}
