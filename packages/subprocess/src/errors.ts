import { AnyioError, type SignalName } from "@anyio/core";
import type { Command } from "./command.js";
import type { CompletedProcess } from "./completed-process.js";
import { showCommand } from "./internal/show.js";

/** Thrown by `runProcess` when the command has failed: with another exit code than 0, or by a signal. It has all that the process left. */
export class CalledProcessError extends AnyioError implements CompletedProcess {
  static {
    this.brand(this, "CalledProcessError", "ERR_ANYIO_CALLED_PROCESS");
  }

  readonly command: Command;
  readonly exitCode: number | null;
  readonly signalCode: SignalName | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly outputTruncated: boolean;

  constructor(completed: CompletedProcess) {
    const { command, exitCode, signalCode, stdout, stderr, outputTruncated } = completed;
    const how = signalCode === null ? `exited with code ${exitCode}` : `was killed by ${signalCode}`;
    const tail = tailOf(stderr);
    super(`${showCommand(command)} ${how}${tail === "" ? "" : `; the end of its stderr:\n${tail}`}`);
    this.command = command;
    this.exitCode = exitCode;
    this.signalCode = signalCode;
    this.outputTruncated = outputTruncated;
    // Not listed: who prints the error wants no pages of numbers.
    this.stdout = this.stderr = NOTHING;
    Object.defineProperty(this, "stdout", { value: stdout, enumerable: false });
    Object.defineProperty(this, "stderr", { value: stderr, enumerable: false });
  }
}

/** The last lines, of which the first may be cut. */
function tailOf(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(-TAIL)).trimEnd();
  const lines = (bytes.length > TAIL ? `…${text}` : text).split("\n");
  return lines.slice(-TAIL_LINES).join("\n");
}

const NOTHING = new Uint8Array(0);
const TAIL = 2_000;
const TAIL_LINES = 20;
