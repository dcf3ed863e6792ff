/** The content of a file as its user sees it: as bytes, or as text. */
export interface View<T> {
  /** Whether so much is there that nothing has to be read for {@link take}. */
  has(count: number): boolean;
  /** Reads until it is there, or the file ends. */
  fill(count: number, isWanted: () => boolean): Promise<void>;
  /** Takes what is there, `count` at most. */
  take(count: number): T;
  /** Whether a whole line is there. */
  hasLine(): boolean;
  /** Reads until one is there, or the file ends. */
  fillLine(isWanted: () => boolean): Promise<void>;
  /** Takes a line without its terminator, or what is left; null at the end. */
  takeLine(): T | null;
  /** What is written for `data`. */
  encode(data: T): Uint8Array;
  /** The position of what would be taken next, in bytes. */
  readonly position: number;
  /** Goes to a position, and forgets what is read ahead. */
  moveTo(position: number): void;
}
