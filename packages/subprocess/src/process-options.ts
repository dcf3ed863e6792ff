import type { PathObject } from "@anyio/core/lowlevel";

/** Where a child's stream leads: to us, to where ours leads, to nothing, or to a descriptor that is open here. */
export type Stdio = "pipe" | "inherit" | "ignore" | number;

/** How a child is started, and ended. */
export interface ProcessOptions {
  /** What it reads. Where this inherits a terminal, the child leads no group of its own: only the terminal's own group may read from it. */
  readonly stdin?: Stdio | undefined;
  /** Where it writes; `runProcess` and `openProcess` read it, unless told. */
  readonly stdout?: Stdio | undefined;
  /** Where it writes what has gone wrong; `"stdout"` for where its stdout leads, in the order in which it is written. */
  readonly stderr?: Stdio | "stdout" | undefined;
  /** The directory it runs in: a path, a `file:` URL, or a `Path` of `@anyio/fs`; this process's own unless given. */
  readonly cwd?: string | URL | PathObject | undefined;
  /** All of its environment, in place of this process's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Whether it starts a session of its own also where it inherits a terminal, which it cannot read from then. */
  readonly startNewSession?: boolean | undefined;
  /** Whether its descendants end with it, as they do unless this is false. One that has started a session of its own is out of reach. */
  readonly killTree?: boolean | undefined;
  /** How long it has, in ms, from SIGTERM to SIGKILL, and to end by itself when it is closed. 5,000 unless given. */
  readonly grace?: number | undefined;
  /** The user it runs as; for root. */
  readonly uid?: number | undefined;
  /** The group it runs as; for root. */
  readonly gid?: number | undefined;
}
