/** What vitest rejects with when a test or a hook has taken too long. */
export function isTimeout(error: unknown): error is Error {
  return error instanceof Error && /^(Test|Hook) timed out in \d+ms/.test(error.message);
}

/** Adds a paragraph to an error that vitest is about to show, by its message or by its stack. */
export function addNote(error: unknown, note: string): void {
  if (!(error instanceof Error)) return;
  // Read before the message changes. Vitest 4 leaves another headline above the frames than the message.
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  error.message = `${error.message}\n\n${note}`;
  error.stack = [`${error.name}: ${error.message}`, ...frames].join("\n");
}
