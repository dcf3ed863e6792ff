/** An error that is told in one line, without a stack, and ends the program with an exit code. */
export class ToldError extends Error {
  override readonly name: string = "ToldError";

  constructor(
    message: string,
    readonly exitCode: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What was asked for cannot be done. */
export class UsageError extends ToldError {
  override readonly name = "UsageError";

  constructor(message: string, options?: ErrorOptions) {
    super(message, 2, options);
  }
}
