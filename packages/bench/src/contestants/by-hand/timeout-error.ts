/** What a timeout written by hand throws when it has struck. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";

  constructor(ms: number) {
    super(`timed out after ${ms} ms`);
  }
}
