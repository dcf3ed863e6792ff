/**
 * Files, paths and temporary files, without waiting in the event loop.
 *
 * Operations on one file are done in the order of the calls. A cancelled read loses nothing, a write is done as a whole or not at all,
 * and what is temporary is gone when it is closed, whatever has happened.
 */
export { AsyncFile, type Whence } from "./async-file.js";
export { FileReadStream } from "./file-read-stream.js";
export { FileStreamAttribute } from "./file-stream-attribute.js";
export { FileWriteStream } from "./file-write-stream.js";
export type { CopyOptions } from "./internal/copying.js";
export type { PathLike } from "./internal/path-like.js";
export type { TemporaryOptions } from "./internal/temporary.js";
export type { Newline } from "./internal/text-view.js";
export type { Visit, WalkOptions } from "./internal/walk.js";
export { gettempdir, mkdtemp, mkstemp } from "./mkstemp.js";
export { openFile, type OpenFileOptions } from "./open-file.js";
export { type FollowOptions, type GlobOptions, Path, type WriteTextOptions } from "./path.js";
export { type MatchOptions, PurePath } from "./pure-path.js";
export {
  spooledTemporaryFile,
  SpooledTemporaryFile,
  type SpooledTemporaryFileOptions,
} from "./spooled-temporary-file.js";
export { temporaryDirectory, TemporaryDirectory, type TemporaryDirectoryOptions } from "./temporary-directory.js";
export {
  namedTemporaryFile,
  type NamedTemporaryFileOptions,
  temporaryFile,
  type TemporaryFileOptions,
} from "./temporary-file.js";
