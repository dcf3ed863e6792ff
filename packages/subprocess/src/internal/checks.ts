import { constants } from "node:os";
import type { SignalName } from "@anyio/core";
import { isPathObject } from "@anyio/core/lowlevel";
import type { Command } from "../command.js";
import type { ProcessOptions } from "../process-options.js";
import { show } from "./show.js";

/** @throws {TypeError} when `command` is neither a string nor an array of a program and its arguments */
export function checkCommand(command: Command): void {
  const parts = Array.isArray(command) ? (command as readonly unknown[]) : [command];
  const other = parts.find((part) => typeof part !== "string");
  if (parts.length === 0 || other !== undefined) {
    const what = parts.length === 0 ? "an empty array" : show(other);
    throw new TypeError(`command must be a string, or an array of strings that begins with a program, not ${what}`);
  }
  for (const part of parts as readonly string[]) checkText("command", part);
  if (parts[0] === "") throw new TypeError("command must name a program, and the name is empty");
}

/** @throws {TypeError | RangeError} when an option is of another kind, or out of range */
export function checkOptions(options: ProcessOptions): void {
  const { stdin, stdout, stderr, cwd, env, grace } = options;
  checkStdio("stdin", stdin, []);
  checkStdio("stdout", stdout, []);
  checkStdio("stderr", stderr, ["stdout"]);
  if (cwd !== undefined) {
    if (typeof cwd !== "string" && !(cwd instanceof URL) && !isPathObject(cwd)) {
      throw new TypeError(`cwd must be a path, not ${show(cwd)}`);
    }
    checkText("cwd", String(cwd));
  }
  if (env !== undefined && (typeof env !== "object" || env === null)) {
    throw new TypeError(`env must be an object of names and values, not ${show(env)}`);
  }
  for (const [name, value] of Object.entries(env ?? {})) {
    checkText("env", name);
    checkText(`env.${name}`, String(value));
  }
  for (const name of ["startNewSession", "killTree"] as const) {
    const { [name]: value } = options;
    if (value !== undefined && typeof value !== "boolean") {
      throw new TypeError(`${name} must be true or false, not ${show(value)}`);
    }
  }
  for (const name of ["uid", "gid"] as const) checkId(name, options[name]);
  checkDuration("grace", grace);
}

/** @throws {TypeError | RangeError} when `value` is no duration in ms */
export function checkDuration(name: string, value: number | undefined): void {
  if (value === undefined) return;
  if (typeof value !== "number") throw new TypeError(`${name} must be a number of milliseconds, not ${show(value)}`);
  if (!(value >= 0)) throw new RangeError(`${name} must be 0 or more milliseconds, not ${value}`);
}

/** @throws {TypeError} when there is no such signal here */
export function checkSignal(signal: SignalName): void {
  if (typeof signal === "string" && Object.hasOwn(constants.signals, signal)) return;
  throw new TypeError(`signal must be the name of a signal, such as "SIGTERM", not ${show(signal)}`);
}

function checkStdio(name: string, value: unknown, others: readonly string[]): void {
  if (value === undefined) return;
  if (typeof value === "number") {
    if (Number.isSafeInteger(value) && value >= 0) return;
    throw new RangeError(`${name} must be a descriptor from 0 on, not ${value}`);
  }
  const words = ["pipe", "inherit", "ignore", ...others];
  if (typeof value === "string" && words.includes(value)) return;
  const list = words.map((word) => `"${word}"`).join(", ");
  throw new TypeError(`${name} must be one of ${list}, or a descriptor, not ${show(value)}`);
}

function checkId(name: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== "number") throw new TypeError(`${name} must be a number, not ${show(value)}`);
  if (!Number.isInteger(value) || value < 0 || value > 2 ** 31 - 1) {
    throw new RangeError(`${name} must be a whole number from 0 on, not ${value}`);
  }
}

// The system takes a text for over at its first NUL.
function checkText(name: string, text: string): void {
  if (text.includes("\0")) throw new TypeError(`${name} must not contain a NUL character: ${show(text)}`);
}
