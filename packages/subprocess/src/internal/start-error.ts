import { statSync } from "node:fs";
import { showCommand } from "./show.js";
import type { Plan } from "./plan.js";

/** Says what kept a program from being started, with the system's code. The system does not say whether it is the program or the directory. */
export function startErrorOf(cause: NodeJS.ErrnoException, { command, cwd }: Plan): Error {
  const { errno, syscall } = cause;
  const wrong = cwd === undefined ? undefined : whatIsWrongWith(cwd);
  const code = wrong?.code ?? cause.code ?? "UNKNOWN";
  const why = wrong === undefined ? reasonFor(code, command) : `its working directory ${String(cwd)} ${wrong.why}`;
  const error = new Error(`cannot start ${showCommand(command)}: ${why} (${code})`, { cause });
  const path = typeof command === "string" ? command : command[0];
  return Object.assign(error, { code, errno, syscall, path });
}

function whatIsWrongWith(cwd: string | URL): { code: string | undefined; why: string } | undefined {
  try {
    return statSync(cwd).isDirectory() ? undefined : { code: "ENOTDIR", why: "is no directory" };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { code, why: code === "ENOENT" ? "does not exist" : "cannot be used" };
  }
}

function reasonFor(code: string, command: string | readonly string[]): string {
  const program = typeof command === "string" ? "the shell" : `"${command[0] ?? ""}"`;
  const text = REASONS[code];
  return text === undefined ? "the system refused" : text.replace("%", () => program);
}

const REASONS: Partial<Record<string, string>> = {
  ENOENT: "there is no program %; look at its name, and at PATH",
  EACCES: "% is no program that may be executed here",
  EPERM: "the system does not permit it; only root may choose uid and gid",
  E2BIG: "its arguments and its environment are too long; hand them over as input",
  EAGAIN: "there are too many processes",
  ENOMEM: "there is not enough memory",
  EMFILE: "too many files are open here; run fewer at a time",
};
