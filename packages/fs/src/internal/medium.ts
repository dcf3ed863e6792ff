/** What holds the bytes of a file. One call at a time; positions are bytes from the start. Its promises belong to no scope. */
export interface Medium {
  /** False for a pipe or a terminal: it has no positions, and may let one wait for as long as somebody else likes. */
  readonly isSeekable: boolean;
  /** The file's number for the system, if it has one. */
  readonly fileno: number | undefined;
  /** About how large it is; a hint. */
  readonly sizeHint: number;
  /** Reads into `bytes` as much as there is at once; 0 at the end. */
  read(bytes: Uint8Array, position: number): Promise<number>;
  /** Writes all of `bytes`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  size(): Promise<number>;
  /** Cuts it off, or fills it up with zeros. */
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}
