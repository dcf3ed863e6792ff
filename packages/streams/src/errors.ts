import { AnyioError } from "@anyio/core";

/** Thrown when a stream ends before what was asked for has come. What has come is still there to be received. */
export class IncompleteReadError extends AnyioError {
  static {
    this.brand(this, "IncompleteReadError", "ERR_ANYIO_INCOMPLETE_READ");
  }

  /**
   * @param received how many bytes have come
   * @param expected how many were asked for; undefined where it was bytes up to a delimiter
   */
  constructor(
    readonly received: number,
    readonly expected: number | undefined,
    options?: ErrorOptions,
  ) {
    const wanted = expected === undefined ? "the delimiter came" : `all of the ${bytes(expected)} came`;
    super(`the stream ended before ${wanted}; receive() hands over the ${bytes(received)} that did`, options);
  }
}

/** Thrown when a delimiter is not found where it may be. All that has come is still there to be received. */
export class DelimiterNotFoundError extends AnyioError {
  static {
    this.brand(this, "DelimiterNotFoundError", "ERR_ANYIO_DELIMITER_NOT_FOUND");
  }

  /**
   * @param maxBytes how many bytes may precede the delimiter, or how many UTF-16 units in a stream of text
   * @param unit what they are
   */
  constructor(
    readonly maxBytes: number,
    unit: "byte" | "character" = "byte",
  ) {
    super(`the delimiter does not come within ${count(maxBytes, unit)}; allow more, or close the stream`);
  }
}

function bytes(n: number): string {
  return count(n, "byte");
}

function count(n: number, unit: string): string {
  return n === 1 ? `1 ${unit}` : `${n} ${unit}s`;
}
