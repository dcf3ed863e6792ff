import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const MAIN = join(import.meta.dirname, "../dist/main.js");
/** No child outlives its test. */
const LONGEST = 60_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From the start, or from {@link Program.interrupt}, in ms. */
  readonly took: number;
}

/** The tour as people start it, as a child process. */
export class Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #since = performance.now();
  #stdout = "";
  #stderr = "";

  constructor(args: readonly string[], cwd: string, user: { uid?: number; gid?: number } = {}) {
    const { FORCE_COLOR: _, ...env } = process.env;
    this.child = spawn(process.execPath, [MAIN, ...args], { cwd, env, timeout: LONGEST, ...user });
    this.child.stdout?.on("data", (chunk: Buffer) => (this.#stdout += chunk.toString()));
    this.child.stderr?.on("data", (chunk: Buffer) => (this.#stderr += chunk.toString()));
    this.ended = new Promise((resolve, reject) => {
      this.child.on("error", reject);
      this.child.on("close", (code, signal) => {
        const took = performance.now() - this.#since;
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr, took });
      });
    });
  }

  /** What it has printed so far. */
  get output(): string {
    return this.#stdout + this.#stderr;
  }

  /** Waits until the program has printed something that matches. */
  async printed(text: RegExp): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (text.test(this.output)) resolve();
      };
      this.child.stdout?.on("data", look);
      this.child.stderr?.on("data", look);
      this.child.on("close", () => reject(new Error(`ended without printing ${text}:\n${this.output}`)));
      look();
    });
  }

  /** Presses Ctrl-C. */
  interrupt(): Promise<Ended> {
    this.#since = performance.now();
    this.child.kill("SIGINT");
    return this.ended;
  }
}

/** Runs the tour to its end. */
export function tour(args: readonly string[], cwd: string, user?: { uid?: number; gid?: number }): Promise<Ended> {
  return new Program(args, cwd, user).ended;
}
