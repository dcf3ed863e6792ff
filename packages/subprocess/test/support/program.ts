import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runtime } from "#support/runtimes";

/** A program of test/fixtures in a process of its own. It uses what is built, as users do. */
export interface Program {
  readonly pid: number;
  /** Waits until it has printed `text`. */
  said(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** What it has printed. */
  readonly stdout: string;
  readonly ending: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

export function startProgram(name: string, env: Record<string, string | undefined>): Program {
  if (!existsSync(`${root}/dist/worker.js`)) throw new Error("build first: pnpm --filter @anyio/subprocess build");
  const flags = runtime.family === "deno" ? ["run", "-A"] : [];
  const child = spawn(process.execPath, [...flags, `${root}/test/fixtures/${name}.mjs`], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, NODE_OPTIONS: "", FORCE_COLOR: "0", ...env },
  });
  const { pid = 0 } = child;
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  return {
    pid,
    get stdout() {
      return stdout;
    },
    // At its exit: what it has left behind might hold its stdout.
    ending: new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code, signal) => resolve({ code, signal }));
    }),
    kill: (signal) => void process.kill(pid, signal),
    said: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!stdout.includes(text)) return;
          child.stdout.off("data", look);
          resolve();
        };
        child.stdout.on("data", look);
        child.on("close", () => reject(new Error(`ended without saying "${text}":\n${stdout}`)));
        look();
      }),
  };
}
