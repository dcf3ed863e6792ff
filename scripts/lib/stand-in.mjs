import { spawn } from "node:child_process";

/**
 * Runs a program in this process's place: it has our terminal, gets our signals, and we end as it ends.
 *
 * 1. On Ctrl-C the terminal signals its whole foreground group, and npm forwards the signal to us once more. A program
 *    that takes a second SIGINT for "now, at once" would never get to clean up. So the program leads a group of its
 *    own, and only we signal it: one SIGINT for all that arrive together.
 * 2. npm forwards to the shell that it runs a script with, and a shell dies without telling its child. So the script in
 *    package.json begins with `exec`, and the shell is gone.
 * 3. A program that dies by a signal makes us die by the same one, so that shells and supervisors see the truth.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string }} [options]
 */
export function standIn(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: "inherit", detached: true });

  const forward = once((/** @type {NodeJS.Signals} */ signal) => child.kill(signal));
  process.on("SIGINT", forward).on("SIGTERM", forward).on("SIGHUP", forward);
  process.on("SIGWINCH", () => child.kill("SIGWINCH"));
  process.on("SIGTSTP", () => {
    child.kill("SIGSTOP");
    process.kill(process.pid, "SIGSTOP");
  });
  process.on("SIGCONT", () => child.kill("SIGCONT"));

  child.on("error", (error) => {
    console.error(`cannot start ${command}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** Signals of one kind closer than this are one. A person cannot press Ctrl-C twice within it. */
const TOGETHER = 100;

/** @param {(signal: NodeJS.Signals) => void} deliver */
function once(deliver) {
  /** @type {Map<string, number>} */
  const last = new Map();
  return (/** @type {NodeJS.Signals} */ signal) => {
    const now = performance.now();
    if (now - (last.get(signal) ?? -Infinity) > TOGETHER) deliver(signal);
    last.set(signal, now);
  };
}
