import { inspect } from "node:util";
import { ExceptionGroup } from "@anyio/core";
import { DeadlockError, LeakError } from "@anyio/testing";

/**
 * What vitest is given to show of an error.
 *
 * It takes an aggregate apart and forgets how its errors belong together, so a group goes as one error whose message is the tree.
 * It prints whatever else it finds on an error, so ours, whose messages say it all, go without their fields.
 */
export function shown(error: unknown): unknown {
  if (error instanceof ExceptionGroup) return likeness(error, inspect(error).replace(`${error.name}: `, ""));
  if (error instanceof LeakError || error instanceof DeadlockError) return likeness(error, error.message);
  return error;
}

/** The frames of an error's stack, without the message above them. */
export function framesOf(error: Error): string[] {
  const { stack = "", message } = error;
  const start = stack.indexOf(message);
  const below = start === -1 ? stack : stack.slice(start + message.length);
  return below.split("\n").filter((line) => /^\s+at /.test(line));
}

function likeness(error: Error, text: string): Error {
  const message = text
    .split("\n")
    .filter((line) => !NOISE.test(line))
    .join("\n");
  const { name, cause } = error;
  const plain = Object.assign(new Error(message, cause === undefined ? {} : { cause }), { name });
  plain.stack = [`${name}: ${message}`, ...framesOf(error)].join("\n");
  return plain;
}

// Frames in a message, which vitest does not filter as it does those of a stack.
const NOISE = /^[│├└─ ]*at .*([\\/](@anyio|@vitest|vitest)[\\/]|\(?node:|new Promise \()/;
