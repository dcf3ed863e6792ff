import { isatty } from "node:tty";
import { isPathObject } from "@anyio/core/lowlevel";
import type { Command } from "../command.js";
import type { ProcessOptions, Stdio } from "../process-options.js";
import { checkCommand, checkOptions } from "./checks.js";

/** A command and its options, checked and completed. */
export interface Plan {
  readonly command: Command;
  readonly options: ProcessOptions;
  /** The directory it runs in. */
  readonly cwd: string | URL | undefined;
  readonly stdin: Stdio;
  readonly stdout: Stdio;
  /** Where stderr leads; `"stdout"` only where that is a pipe, to be shared. */
  readonly stderr: Stdio | "stdout";
  readonly isLeader: boolean;
  readonly hasNewSession: boolean;
  readonly grace: number;
}

/** @throws {TypeError | RangeError} when the command or an option is none */
export function planOf(command: Command, options: ProcessOptions, defaultStdin: Stdio): Plan {
  checkCommand(command);
  checkOptions(options);
  const { stdin = defaultStdin, stdout = "pipe", stderr = "pipe", cwd, killTree = true, grace = GRACE } = options;
  const hasNewSession = IS_POSIX && (options.startNewSession === true || !isTerminal(stdin));
  return {
    command,
    options,
    cwd: isPathObject(cwd) ? cwd.toString() : cwd,
    stdin,
    stdout,
    stderr: stderr === "stdout" && stdout !== "pipe" ? sharedWith(stdout) : stderr,
    isLeader: hasNewSession && killTree,
    hasNewSession,
    grace,
  };
}

function isTerminal(stdin: Stdio): boolean {
  return stdin === "inherit" ? isatty(0) : typeof stdin === "number" && isatty(stdin);
}

function sharedWith(stdout: Exclude<Stdio, "pipe">): Stdio {
  return stdout === "inherit" ? 1 : stdout;
}

const GRACE = 5_000;
const IS_POSIX = process.platform !== "win32";
