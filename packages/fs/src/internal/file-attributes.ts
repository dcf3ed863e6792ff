import type { ExtraAttributes, TypedAttribute } from "@anyio/core";
import type { AsyncFile } from "../async-file.js";
import { FileStreamAttribute } from "../file-stream-attribute.js";
import { Path } from "../path.js";

/** What can be told of a stream's file. */
export function attributesOf(file: AsyncFile): ExtraAttributes {
  return new Map<TypedAttribute<unknown>, () => unknown>([
    [FileStreamAttribute.file, () => file],
    [FileStreamAttribute.path, () => new Path(file.name)],
    [FileStreamAttribute.fileno, () => file.fileno()],
  ]);
}
