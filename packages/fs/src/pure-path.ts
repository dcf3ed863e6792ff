import process from "node:process";
import { pathToFileURL } from "node:url";
import { isPathObject, PATH } from "@anyio/core/lowlevel";
import * as lexical from "./internal/lexical.js";
import { namePattern, pathPattern } from "./internal/patterns.js";
import { type PathLike, textOf } from "./internal/path-like.js";

/** How paths are compared with patterns. */
export interface MatchOptions {
  /** Whether upper and lower case differ: as on this system, unless told. */
  readonly caseSensitive?: boolean | undefined;
}

/**
 * What there is to a path without looking at the file system: its parts, and other paths made of it. Paths do not change.
 *
 * `Path` is what to use. Suffixes are as in Python up to 3.13, where a dot at the end of a name begins none.
 *
 * @see pathlib.PurePath
 */
export class PurePath {
  readonly #flavour: lexical.Flavour;
  readonly #given: string;
  #parsed: lexical.Parsed | undefined;
  #text: string | undefined;

  /** @param segments put one behind the other; an absolute one replaces what is before it */
  constructor(...segments: readonly PathLike[]) {
    this.#flavour = this.flavour;
    this.#given = segments.map((segment) => textOf(segment, "segments")).reduce(this.#flavour.join, "");
  }

  /** @internal */
  protected get flavour(): lexical.Flavour {
    return process.platform === "win32" ? lexical.WINDOWS : lexical.POSIX;
  }

  /** @internal */
  get [PATH](): true {
    return true;
  }

  /** The anchor, where there is one, and the names. */
  get parts(): string[] {
    const { names } = this.#parts;
    return this.anchor === "" ? [...names] : [this.anchor, ...names];
  }

  /** `"c:"`, or the share of a network; empty but on Windows. */
  get drive(): string {
    return this.#parts.drive;
  }

  /** `"/"` of an absolute path, else empty. */
  get root(): string {
    return this.#parts.root;
  }

  /** The drive and the root. */
  get anchor(): string {
    return this.drive + this.root;
  }

  /** The last name, or nothing. */
  get name(): string {
    return this.#parts.names.at(-1) ?? "";
  }

  /** The name's last suffix, with its dot. */
  get suffix(): string {
    return lexical.suffixOf(this.name);
  }

  /** The name's suffixes, each with its dot. */
  get suffixes(): string[] {
    return lexical.suffixesOf(this.name);
  }

  /** The name without its last suffix. */
  get stem(): string {
    const { name, suffix } = this;
    return name.slice(0, name.length - suffix.length);
  }

  /** The path without its last name; that of a root, or of nothing, is itself. */
  get parent(): this {
    const { names } = this.#parts;
    return names.length === 0 ? this : this.#with(names.slice(0, -1));
  }

  /** All parents, the nearest first. */
  get parents(): this[] {
    const { names } = this.#parts;
    return names.map((_, i) => this.#with(names.slice(0, names.length - 1 - i)));
  }

  /** The path as text, as the system writes it. */
  toString(): string {
    return (this.#text ??= lexical.format(this.#flavour, this.#parts));
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `${this.constructor.name}(${JSON.stringify(this.asPosix())})`;
  }

  /** The path as text, with slashes. */
  asPosix(): string {
    return this.toString().replaceAll(this.#flavour.separator, "/");
  }

  /**
   * The path as a `file:` URL.
   *
   * @throws {RangeError} when it is not absolute
   */
  asUri(): string {
    if (!this.isAbsolute())
      throw new RangeError(`a relative path has no URI: ${JSON.stringify(this.toString())}; call absolute() first`);
    return pathToFileURL(this.toString()).href;
  }

  isAbsolute(): boolean {
    return this.root !== "" && (this.#flavour.isCaseSensitive || this.drive !== "");
  }

  /** Whether Windows has the name for something else than files; false on other systems. */
  isReserved(): boolean {
    return !this.#flavour.isCaseSensitive && !this.drive.startsWith("\\\\") && lexical.isReservedName(this.name);
  }

  /** The path with others behind it; an absolute one replaces it. */
  joinpath(...segments: readonly PathLike[]): this {
    return this.withSegments(this, ...segments);
  }

  /** A path of these segments, of the same kind. */
  withSegments(...segments: readonly PathLike[]): this {
    return new (this.constructor as new (...segments: readonly PathLike[]) => this)(...segments);
  }

  /**
   * The path with another last name.
   *
   * @throws {RangeError} when the path has no name, or `name` is none
   */
  withName(name: string): this {
    if (typeof name !== "string") throw new TypeError(`name must be a string, not ${String(name)}`);
    if (this.name === "") throw new RangeError(`${JSON.stringify(this.toString())} has no name to replace`);
    if (name === "" || name === "." || this.#hasSeparator(name)) {
      throw new RangeError(`name must be a single name, not ${JSON.stringify(name)}`);
    }
    return this.#with([...this.#parts.names.slice(0, -1), name]);
  }

  /**
   * The path with another name before its last suffix.
   *
   * @throws {RangeError} when the path has no name, or `stem` makes none
   */
  withStem(stem: string): this {
    return this.withName(stem + this.suffix);
  }

  /**
   * The path with another last suffix; with an empty one, without.
   *
   * @throws {RangeError} when the path has no name, or `suffix` is none
   */
  withSuffix(suffix: string): this {
    if (typeof suffix !== "string") throw new TypeError(`suffix must be a string, not ${String(suffix)}`);
    if (suffix !== "" && (!suffix.startsWith(".") || suffix === "." || this.#hasSeparator(suffix))) {
      throw new RangeError(`suffix must be empty, or begin with a dot and go on, not ${JSON.stringify(suffix)}`);
    }
    return this.withName(this.stem + suffix);
  }

  /**
   * The path as seen from another one.
   *
   * @param other a path, or the segments of one; then, if need be, `walkUp`: whether ".." may be used
   * @throws {RangeError} when there is no way from one to the other
   */
  relativeTo(...other: readonly [...PathLike[], PathLike | { readonly walkUp?: boolean | undefined }]): this {
    const last = other.at(-1);
    const hasOptions = isOptions(last);
    const target = this.withSegments(...((hasOptions ? other.slice(0, -1) : other) as PathLike[]));
    const walkUp = hasOptions && last.walkUp === true;
    const names = this.#parts.names;
    let up = 0;
    for (const base of [target, ...target.parents]) {
      if (base.#isAncestorOrSame(this))
        return this.withSegments(...Array<string>(up).fill(".."), ...names.slice(base.#parts.names.length));
      if (!walkUp || base.name === "..") break;
      up++;
    }
    const how = walkUp ? "cannot be reached from" : "is not below";
    throw new RangeError(`${JSON.stringify(this.toString())} ${how} ${JSON.stringify(target.toString())}`);
  }

  /** Whether the other path is this one, or above it, by their text alone. */
  isRelativeTo(...other: readonly PathLike[]): boolean {
    return this.withSegments(...other).#isAncestorOrSame(this);
  }

  /**
   * Whether a pattern matches the end of the path, or all of it where the pattern is absolute. `**` is as good as `*` here.
   *
   * @throws {RangeError} when the pattern is empty
   */
  match(pattern: PathLike, options: MatchOptions = {}): boolean {
    const wanted = this.withSegments(pattern);
    if (wanted.parts.length === 0) throw new RangeError("pattern must not be empty");
    const { caseSensitive = this.#flavour.isCaseSensitive } = options;
    const [patterns, names] = [wanted.#parts.names, this.#parts.names];
    const surplus = names.length - patterns.length;
    if (wanted.anchor === "" ? surplus < 0 : surplus !== 0 || !this.#isAnchoredAs(wanted)) return false;
    return patterns.every((pattern, i) => namePattern(pattern, caseSensitive).test(names[surplus + i] as string));
  }

  /** Whether a pattern matches the whole path; `**` stands for any number of names. */
  fullMatch(pattern: PathLike, options: MatchOptions = {}): boolean {
    const { caseSensitive = this.#flavour.isCaseSensitive } = options;
    const wanted = this.withSegments(pattern);
    const anchor = wanted.anchor;
    const fold = (text: string): string => (caseSensitive ? text : text.toLowerCase());
    if (fold(anchor) !== fold(this.anchor)) return false;
    const text = this.#parts.names.join(this.#flavour.separator);
    return pathPattern(wanted.#parts.names, this.#flavour, caseSensitive).test(text);
  }

  /** Whether the other path is the same one, by its text, as this system compares. */
  equals(other: PathLike): boolean {
    return this.compare(other) === 0;
  }

  /** Which comes first, part by part: negative for this one, positive for the other, 0 for the same. For `sort()`. */
  compare(other: PathLike): number {
    const { fold } = this.#flavour;
    const [left, right] = [this.parts, this.withSegments(other).parts];
    for (let i = 0; i < left.length && i < right.length; i++) {
      const order = lexical.compareText(fold(left[i] as string), fold(right[i] as string));
      if (order !== 0) return Math.sign(order);
    }
    return Math.sign(left.length - right.length);
  }

  get #parts(): lexical.Parsed {
    return (this.#parsed ??= lexical.parse(this.#flavour, this.#given));
  }

  #with(names: readonly string[]): this {
    return this.withSegments(lexical.format(this.#flavour, { ...this.#parts, names }));
  }

  /** Whether drive and root are those of the pattern, as far as it has them. */
  #isAnchoredAs(pattern: PurePath): boolean {
    const { fold } = this.#flavour;
    if (pattern.drive !== "" && fold(pattern.drive) !== fold(this.drive)) return false;
    return pattern.root === "" || pattern.root === this.root;
  }

  #hasSeparator(text: string): boolean {
    return text.includes("/") || text.includes(this.#flavour.separator);
  }

  #isAncestorOrSame(path: PurePath): boolean {
    const { fold } = this.#flavour;
    const { names } = this.#parts;
    if (fold(this.anchor) !== fold(path.anchor) || names.length > path.#parts.names.length) return false;
    return names.every((name, i) => fold(name) === fold(path.#parts.names[i] as string));
  }
}

function isOptions(value: unknown): value is { readonly walkUp?: boolean | undefined } {
  return typeof value === "object" && value !== null && !(value instanceof URL) && !isPathObject(value);
}
