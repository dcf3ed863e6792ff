import * as fs from "node:fs";
import { homedir } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { immediate, quietly } from "@anyio/core/lowlevel";
import type { AsyncFile } from "./async-file.js";
import { groupName, homeOf, userName } from "./internal/accounts.js";
import { type CopyOptions, copyTree, moveTree } from "./internal/copying.js";
import { makeDirectory, readFile, removeDirectory, removeFile, touchFile, writeFile } from "./internal/contents.js";
import { Glob, planOf } from "./internal/glob.js";
import { Listing } from "./internal/listing.js";
import { type PathLike, textOf } from "./internal/path-like.js";
import { resolveLeniently } from "./internal/resolve.js";
import { StepIterator } from "./internal/steps.js";
import { attempt, calling, change, codeOf, look, systemError } from "./internal/system-call.js";
import { encodeText, type Newline } from "./internal/text-view.js";
import { type Visit, Walk, type WalkOptions } from "./internal/walk.js";
import { encodingFor } from "./internal/encodings.js";
import { checkNewline, openFile, type OpenFileOptions } from "./open-file.js";
import { type MatchOptions, PurePath } from "./pure-path.js";

/** Whether the last name, where it is a link, stands for what it leads to. */
export interface FollowOptions {
  /** True unless told. */
  readonly followSymlinks?: boolean | undefined;
}

/** How a pattern is looked for. */
export interface GlobOptions extends MatchOptions {
  /** Whether `**` goes through links to directories too; false unless told. A link that leads up makes that endless. */
  readonly recurseSymlinks?: boolean | undefined;
}

/** How a text is written. */
export interface WriteTextOptions {
  /** utf-8 unless told; utf-16le or latin1. */
  readonly encoding?: string | undefined;
  /** With `"\r\n"` each LF is written as one. */
  readonly newline?: Newline | undefined;
}

/**
 * A path, and what is at it. What has to ask the file system is asynchronous; the rest, of Python's pure paths, is not. Paths do not change.
 *
 * Names are those of AnyIO's `Path` in camelCase, keyword arguments are an object of options at the end, and operators are methods:
 * `joinpath` for `/`, `equals` and `compare` for comparisons. Errors are the system's, with their `code`.
 *
 * **Cancellation:** what only looks stops waiting. What changes something is completed once it has begun, and the cancellation strikes at
 * the next point.
 *
 * @example
 * await using directory = await temporaryDirectory();
 * const notes = directory.path.joinpath("notes");
 * await notes.mkdir();
 * for (const name of ["a.txt", "b.md", "c.txt"]) await notes.joinpath(name).writeText(name);
 * const names: string[] = [];
 * for await (const path of directory.path.rglob("*.txt")) names.push(path.name);
 * names.sort(); // => ["a.txt", "c.txt"]
 * @see anyio.Path
 */
export class Path extends PurePath {
  /** The directory that this process works in. */
  static cwd(): Promise<Path> {
    return immediate(() => new this(process.cwd()));
  }

  /** The home directory of the user. */
  static home(): Promise<Path> {
    return immediate(() => new this(homedir()));
  }

  /**
   * The path that a `file:` URL names.
   *
   * @throws {TypeError} when it is another URL, or none
   */
  static fromUri(uri: string | URL): Path {
    return new this(fileURLToPath(uri));
  }

  /** The path from the root on. Links and ".." stay. */
  absolute(): Promise<this> {
    return immediate(() => this.#absolute());
  }

  /** Changes permissions. Of a link itself, without `followSymlinks`, only where the system has them. */
  chmod(mode: number, options: FollowOptions = {}): Promise<void> {
    if (options.followSymlinks === false) return this.lchmod(mode);
    return this.#change("the permissions of", (path, done) => fs.chmod(path, mode, done));
  }

  /**
   * Copies this file, link or directory with all in it.
   *
   * **Cancellation:** strikes between two files; what is copied by then stays.
   *
   * @returns `target`
   */
  copy(target: PathLike, options: CopyOptions = {}): Promise<this> {
    return attempt(() => {
      const path = this.withSegments(target);
      return quietly(copyTree(this.toString(), path.toString(), options).then(() => path));
    });
  }

  /** Copies it, as {@link copy} does, into a directory under its own name. */
  copyInto(directory: PathLike, options: CopyOptions = {}): Promise<this> {
    return attempt(() => this.copy(this.withSegments(directory, this.#nameToKeep()), options));
  }

  /** Whether there is anything. Errors that do not answer that, "EACCES" say, are thrown. */
  exists(options: FollowOptions = {}): Promise<boolean> {
    return this.#ask(options, () => true);
  }

  /**
   * The path with "~" or "~user" at its beginning replaced by the home directory.
   *
   * @throws the error `ENOENT`, when the user is unknown
   */
  expanduser(): Promise<this> {
    const [first = "", ...rest] = this.parts;
    if (!first.startsWith("~") || this.anchor !== "") return immediate(() => this);
    if (first === "~") return immediate(() => this.withSegments(homedir(), ...rest));
    const user = first.slice(1);
    const finding = look(`the home of ${user}`, () => homeOf(user, this.toString()));
    return quietly(finding.then((home) => this.withSegments(home, ...rest)));
  }

  /**
   * What matches a pattern below this directory, in no certain order. `*` and `?` stand for parts of a name, also of one that begins with a
   * dot, `[…]` for a character, and `**` for any number of directories; at the end of a pattern, for all that is below. With a slash at its
   * end a pattern means directories only. Directories that cannot be read are passed over.
   *
   * **Cancellation:** of a `next()` loses nothing; the next one goes on.
   *
   * @throws {RangeError} when the pattern is empty or absolute
   */
  glob(pattern: PathLike, options: GlobOptions = {}): AsyncIterableIterator<this, undefined> {
    const plan = planOf(textOf(pattern, "pattern"), this.flavour, options.caseSensitive);
    const { separator } = this.flavour;
    const make = (path: string): this => this.withSegments(path);
    return new StepIterator(new Glob(this.toString(), plan, separator, options.recurseSymlinks === true, make));
  }

  /** The name of the group that it belongs to. */
  group(options: FollowOptions = {}): Promise<string> {
    const path = this.toString();
    return look(`the group of ${path}`, async () => groupName((await statOf(path, options)).gid, path));
  }

  /** Makes this path another name of an existing file. */
  hardlinkTo(target: PathLike): Promise<void> {
    return this.#change("a link at", (path, done) => fs.link(textOf(target, "target"), path, done));
  }

  isBlockDevice(): Promise<boolean> {
    return this.#ask({}, (stats) => stats.isBlockDevice());
  }

  isCharDevice(): Promise<boolean> {
    return this.#ask({}, (stats) => stats.isCharacterDevice());
  }

  isDir(options: FollowOptions = {}): Promise<boolean> {
    return this.#ask(options, (stats) => stats.isDirectory());
  }

  isFifo(): Promise<boolean> {
    return this.#ask({}, (stats) => stats.isFIFO());
  }

  isFile(options: FollowOptions = {}): Promise<boolean> {
    return this.#ask(options, (stats) => stats.isFile());
  }

  /** Always false: JavaScript's runtimes show a junction of Windows's as a symbolic link. */
  isJunction(): Promise<boolean> {
    return immediate(() => false);
  }

  /** Whether another file system begins here. */
  isMount(): Promise<boolean> {
    const path = this.toString();
    return look(`stat of ${path}`, async () => {
      try {
        const here = await statOf(path, { followSymlinks: false });
        if (!here.isDirectory()) return false;
        const above = await statOf(`${path}/..`, { followSymlinks: false });
        return here.dev !== above.dev || here.ino === above.ino;
      } catch (error) {
        if (isAbsence(error)) return false;
        throw error;
      }
    });
  }

  isSocket(): Promise<boolean> {
    return this.#ask({}, (stats) => stats.isSocket());
  }

  isSymlink(): Promise<boolean> {
    return this.#ask({ followSymlinks: false }, (stats) => stats.isSymbolicLink());
  }

  /** What is in this directory, in no certain order. It is read at once when iterating begins; leaving the loop leaves nothing open. */
  iterdir(): AsyncIterableIterator<this, undefined> {
    return new StepIterator(new Listing(this.toString(), (entry) => this.joinpath(entry.name)));
  }

  /** Changes the permissions of a link itself, where the system has them; else it fails with `ENOTSUP`. */
  lchmod(mode: number): Promise<void> {
    return this.#change("the permissions of", (path, done) => {
      // Only macOS has it.
      const lchmod = fs.lchmod as typeof fs.chmod | undefined;
      if (lchmod !== undefined && process.platform === "darwin") lchmod(path, mode, done);
      else done(systemError("ENOTSUP", "links have no permissions here", "lchmod", path));
    });
  }

  /** {@link stat} of a link itself. */
  lstat(): Promise<fs.Stats> {
    return this.stat({ followSymlinks: false });
  }

  /**
   * Makes a directory.
   *
   * @param options `mode`: its permissions, 0o777 unless told, of which the system takes the process's mask away; `parents`: whether
   *   missing parents are made; `existOk`: whether it may be there already
   */
  mkdir(
    options: { mode?: number | undefined; parents?: boolean | undefined; existOk?: boolean | undefined } = {},
  ): Promise<void> {
    const path = this.toString();
    const { mode = 0o777, parents = false, existOk = false } = options;
    return change(`a directory ${path}`, () => makeDirectory(this, mode, parents, existOk));
  }

  /**
   * Moves it, to another disk too.
   *
   * **Cancellation:** on one disk, as of the class. To another disk it strikes between two files; then the copy is not complete, and this
   * is still here.
   *
   * @returns `target`
   */
  move(target: PathLike): Promise<this> {
    return attempt(() => {
      const path = this.withSegments(target);
      return quietly(moveTree(this.toString(), path.toString()).then(() => path));
    });
  }

  /** Moves it, as {@link move} does, into a directory under its own name. */
  moveInto(directory: PathLike): Promise<this> {
    return attempt(() => this.move(this.withSegments(directory, this.#nameToKeep())));
  }

  /** Opens it, as `openFile()` does. */
  open(flags: string | undefined, options: OpenFileOptions & { readonly encoding: string }): Promise<AsyncFile<string>>;
  open(flags?: string, options?: OpenFileOptions & { readonly encoding?: undefined }): Promise<AsyncFile>;
  open(flags?: string, options?: OpenFileOptions): Promise<AsyncFile<string> | AsyncFile> {
    return openFile(this, flags, options);
  }

  /** The name of the user that it belongs to. */
  owner(options: FollowOptions = {}): Promise<string> {
    const path = this.toString();
    return look(`the owner of ${path}`, async () => userName((await statOf(path, options)).uid, path));
  }

  /** All of a file's bytes. */
  readBytes(): Promise<Uint8Array> {
    return readFile(this.toString(), (bytes) => bytes);
  }

  /**
   * All of a file's text, without a byte order mark. The ends of lines stay as they are.
   *
   * @param options `encoding`: utf-8 unless told
   * @throws {TypeError} when the bytes are no text in that encoding
   * @throws {RangeError} when the encoding is unknown, or cannot be done
   */
  readText(options: { encoding?: string | undefined } = {}): Promise<string> {
    return attempt(() => {
      const encoding = encodingFor(options.encoding ?? "utf-8", false);
      return readFile(this.toString(), (bytes) => encoding.decode(bytes).replace(/^\uFEFF/, ""));
    });
  }

  /** Where a link leads to. */
  readlink(): Promise<this> {
    const path = this.toString();
    return quietly(
      look(`the target of ${path}`, () => calling<string>((done) => fs.readlink(path, done))).then((target) =>
        this.withSegments(target),
      ),
    );
  }

  /** Gives it another name. A file that has that name is replaced. Returns the new path. */
  rename(target: PathLike): Promise<this> {
    return this.replace(target);
  }

  /** Gives it another name, in one step. A file that has that name is replaced. Returns the new path. */
  replace(target: PathLike): Promise<this> {
    return attempt(() => {
      const path = this.withSegments(target);
      const renaming = this.#change("another name of", (from, done) => fs.rename(from, path.toString(), done));
      return quietly(renaming.then(() => path));
    });
  }

  /**
   * The absolute path, without links and "..".
   *
   * @param options `strict`: whether it has to exist. If not, as is the case unless told, what does not exist stays as it is
   */
  resolve(options: { strict?: boolean | undefined } = {}): Promise<this> {
    const path = this.#absolute().toString();
    const work = options.strict
      ? () => calling<string>((done) => fs.realpath.native(path, done))
      : () => resolveLeniently(path);
    return quietly(look(`the real path of ${path}`, work).then((resolved) => this.withSegments(resolved)));
  }

  /** {@link glob} with `**` before the pattern: at any depth. */
  rglob(pattern: PathLike, options: GlobOptions = {}): AsyncIterableIterator<this, undefined> {
    const text = textOf(pattern, "pattern");
    planOf(text, this.flavour, undefined);
    return this.glob(`**/${text}`, options);
  }

  /** Removes an empty directory. */
  rmdir(): Promise<void> {
    const path = this.toString();
    return change(`removing ${path}`, () => removeDirectory(path));
  }

  /** Whether both paths lead to the same file. */
  samefile(other: PathLike): Promise<boolean> {
    return attempt(() => {
      const paths = [this.toString(), textOf(other, "other")];
      return look(`stat of ${paths.join(" and ")}`, async () => {
        const find = (path: string) => calling<fs.BigIntStats>((done) => fs.stat(path, { bigint: true }, done));
        const [left, right] = await Promise.all(paths.map(find));
        return left?.dev === right?.dev && left?.ino === right?.ino;
      });
    });
  }

  /** What the system knows of it, as Node.js tells it. */
  stat(options: FollowOptions = {}): Promise<fs.Stats> {
    const path = this.toString();
    return look(`stat of ${path}`, () => statOf(path, options));
  }

  /**
   * Makes this path a link.
   *
   * @param target where it leads to; relative to the link's own directory
   * @param options `targetIsDirectory`: has to be told on Windows
   */
  symlinkTo(target: PathLike, options: { targetIsDirectory?: boolean | undefined } = {}): Promise<void> {
    const type = options.targetIsDirectory ? "dir" : "file";
    return this.#change("a link at", (path, done) => fs.symlink(textOf(target, "target"), path, type, done));
  }

  /**
   * Makes an empty file, or gives an existing one the time of now.
   *
   * @param options `mode`: its permissions, 0o666 unless told; `existOk`: whether it may be there already, true unless told
   */
  touch(options: { mode?: number | undefined; existOk?: boolean | undefined } = {}): Promise<void> {
    const path = this.toString();
    const { mode = 0o666, existOk = true } = options;
    return change(`touching ${path}`, () => touchFile(path, mode, existOk));
  }

  /** Removes a file or a link. With `missingOk` there may be none. */
  unlink(options: { missingOk?: boolean | undefined } = {}): Promise<void> {
    const path = this.toString();
    return change(`removing ${path}`, () => removeFile(path, options.missingOk === true));
  }

  /**
   * The directories from this one on, each with the names of its directories and of all else. Links to directories are among the
   * latter, unless they are followed.
   *
   * **Cancellation:** of a `next()` loses nothing; the next one goes on.
   *
   * @example
   * await using root = await temporaryDirectory();
   * await root.path.joinpath("a/b").mkdir({ parents: true });
   * await root.path.joinpath("a/file").touch();
   * const seen: string[] = [];
   * for await (const [path, directories, files] of root.path.walk()) {
   *   seen.push(`${path.relativeTo(root.path)}: ${directories} ${files}`);
   * }
   * seen; // => [".: a ", "a: b file", "a/b:  "]
   */
  walk(options: WalkOptions<this> = {}): AsyncIterableIterator<Visit<this>, undefined> {
    return new StepIterator(new Walk<this>(this, options, (path, name) => path.joinpath(name)));
  }

  /**
   * Makes it a file of these bytes.
   *
   * **Cancellation:** as of the class; into a pipe or a terminal, it stops waiting, and the bytes may be written all the same.
   *
   * @returns how many bytes were written
   */
  writeBytes(data: Uint8Array): Promise<number> {
    if (!(data instanceof Uint8Array))
      return Promise.reject(new TypeError(`data must be a Uint8Array, not ${typeof data}`));
    return writeFile(this.toString(), data);
  }

  /**
   * Makes it a file of this text.
   *
   * **Cancellation:** as of {@link writeBytes}.
   *
   * @returns how many bytes were written
   * @throws {RangeError} when the text cannot be said in the encoding
   */
  writeText(data: string, options: WriteTextOptions = {}): Promise<number> {
    return attempt(() => {
      if (typeof data !== "string") throw new TypeError(`data must be a string, not ${typeof data}`);
      checkNewline(options.newline, true);
      const encoding = encodingFor(options.encoding ?? "utf-8", true);
      return writeFile(this.toString(), encodeText(data, encoding, options.newline));
    });
  }

  #absolute(): this {
    return this.isAbsolute() ? this : this.withSegments(process.cwd(), this);
  }

  #nameToKeep(): string {
    if (this.name === "") throw new RangeError(`${JSON.stringify(this.toString())} has no name to keep`);
    return this.name;
  }

  #ask(options: FollowOptions, question: (stats: fs.Stats) => boolean): Promise<boolean> {
    const path = this.toString();
    return look(`stat of ${path}`, async () => {
      try {
        return question(await statOf(path, options));
      } catch (error) {
        if (isAbsence(error)) return false;
        throw error;
      }
    });
  }

  #change(
    what: string,
    call: (path: string, done: (error: NodeJS.ErrnoException | null) => void) => void,
  ): Promise<void> {
    const path = this.toString();
    return change(`${what} ${path}`, () => calling((done) => call(path, (error) => done(error))));
  }
}

function statOf(path: string, { followSymlinks = true }: FollowOptions): Promise<fs.Stats> {
  return calling((done) => (followSymlinks ? fs.stat : fs.lstat)(path, done));
}

function isAbsence(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "EBADF", "ELOOP"].includes(codeOf(error) ?? "");
}
