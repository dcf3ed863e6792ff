import type { SignalName } from "@anyio/core";
import type { Command } from "./command.js";

/** A process that has ended, and what it said. */
export interface CompletedProcess {
  readonly command: Command;
  /** What it ended with; null where a signal ended it. */
  readonly exitCode: number | null;
  /** The signal that ended it; null where none did. */
  readonly signalCode: SignalName | null;
  /** What it wrote; empty where its stdout was no pipe. */
  readonly stdout: Uint8Array;
  /** What it wrote to its stderr; empty where that was no pipe of its own. */
  readonly stderr: Uint8Array;
  /** Whether a descendant held a pipe open after it had exited, so that more might have come. */
  readonly outputTruncated: boolean;
}
