import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Contestant, SocketsFamily } from "../contestant.js";
import { findPython } from "./find-python.js";

// From `dist`.
const PROGRAM = fileURLToPath(new URL("../python/echo.py", import.meta.url));

const sockets: SocketsFamily = {
  async requests(connections) {
    const server = new Program("serve");
    const port = await server.line();
    const client = new Program("request", port, String(connections));
    await client.line();
    return {
      async repeat(times) {
        client.tell(`${times}\n`);
        return Number(await client.line());
      },
      async close() {
        await client.stop();
        await server.stop();
      },
    };
  },
};

export const pythonAnyio: Contestant = { sockets };

/** A Python program that is talked to by the line. */
class Program {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(...args: readonly string[]) {
    const python = findPython();
    if (python === undefined) throw new Error("no Python with AnyIO");
    const child = spawn(python, [PROGRAM, ...args], { stdio: ["pipe", "pipe", "inherit"] });
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
