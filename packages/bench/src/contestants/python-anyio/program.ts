import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { findPython } from "./find-python.js";

/** A Python program that is talked to by the line. */
export class Program {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** @param file one of those in `python` */
  constructor(file: string, ...args: readonly string[]) {
    const python = findPython();
    if (python === undefined) throw new Error("no Python with AnyIO");
    // From `dist`.
    const program = fileURLToPath(new URL(`../python/${file}`, import.meta.url));
    const child = spawn(python, [program, ...args], { stdio: ["pipe", "pipe", "inherit"] });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  tell(text: string): void {
    this.#child.stdin?.write(text);
  }

  async line(): Promise<string> {
    const { done, value } = await this.#lines.next();
    if (done) throw new Error("the Python program ended early");
    return value;
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }
}
