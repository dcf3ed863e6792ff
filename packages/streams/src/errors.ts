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

  /** @param maxBytes how many bytes may precede the delimiter */
  constructor(readonly maxBytes: number) {
    super(`the delimiter does not come within ${bytes(maxBytes)}; allow more, or close the stream`);
  }
}

function bytes(count: number): string {
  return count === 1 ? "1 byte" : `${count} bytes`;
}
