import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";

export const root = join(import.meta.dirname, "../..");

const env = {
  ...process.env,
  // The repository's own tools come first, also where the caller is plain `node scripts/…`.
  PATH: `${join(root, "node_modules/.bin")}${delimiter}${process.env["PATH"]}`,
  TURBO_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1",
};

/**
 * Runs a command, and throws a {@link CommandError} when it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, cwd?: string, env?: Record<string, string>, timeout?: number }} [options] `quiet` holds the
 *   output back, and shows it only when the command fails; `timeout` is in milliseconds
 * @returns {Promise<string>} what the command printed, when it was quiet
 */
export async function run(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: options.cwd ?? root,
    env: { ...env, ...options.env },
    ...(options.timeout === undefined ? {} : { timeout: options.timeout, killSignal: "SIGKILL" }),
    stdio: options.quiet ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
  });
  /** @type {Buffer[]} */
  const output = [];
  child.stdout?.on("data", (chunk) => output.push(chunk));
  child.stderr?.on("data", (chunk) => output.push(chunk));

  const [code, signal] = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (...end) => resolve(end));
  });
  const text = Buffer.concat(output).toString();
  if (code !== 0) throw new CommandError(`${command} ${args.join(" ")}`, signal ?? `exit code ${code}`, text);
  return text;
}

export class CommandError extends Error {
  /**
   * @param {string} command
   * @param {string} end
   * @param {string} output
   */
  constructor(command, end, output) {
    super(`\`${command}\` failed (${end})`);
    this.name = "CommandError";
    this.output = output;
  }
}

/**
 * Runs a script's body; a failed command ends the script with its output, one line and code 1, not with a stack.
 *
 * @param {() => Promise<void>} body
 */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (error.output) process.stderr.write(error.output);
    console.error(error.message);
    process.exitCode = 1;
  }
}
