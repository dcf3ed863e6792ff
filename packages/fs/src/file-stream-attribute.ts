import { type TypedAttribute, typedAttribute } from "@anyio/core";
import type { AsyncFile } from "./async-file.js";
import type { Path } from "./path.js";

/** What a stream from or to a file knows of it, for `stream.extra()`. */
export const FileStreamAttribute: {
  /** The open file. */
  readonly file: TypedAttribute<AsyncFile>;
  /** The path that it was opened as. */
  readonly path: TypedAttribute<Path>;
  /** The number by which the system knows it. */
  readonly fileno: TypedAttribute<number>;
} = {
  file: typedAttribute("file"),
  path: typedAttribute("path"),
  fileno: typedAttribute("fileno"),
};
