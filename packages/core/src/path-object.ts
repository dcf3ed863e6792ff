/** By what a path is known, whichever copy of a package made it. */
export const PATH: unique symbol = Symbol.for("@anyio/core/v1/path") as never;

/** What stands for a path and says it as text, as `Path` of `@anyio/fs` does. */
export interface PathObject {
  readonly [PATH]: true;
  toString(): string;
}

/**
 * Whether something stands for a path. Not everything that has a text does.
 *
 * @example
 * const path = { [PATH]: true, toString: () => "/tmp/app.sock" };
 * [isPathObject(path), isPathObject(["/tmp/app.sock"])]; // => [true, false]
 */
export function isPathObject(value: unknown): value is PathObject {
  return typeof value === "object" && value !== null && PATH in value;
}
