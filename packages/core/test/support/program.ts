import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runtime } from "#support/runtimes";

/** How a program ended, and what it said. */
interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of test/fixtures in a process of its own. It uses what is built, as users do. */
export interface Program {
  /** Waits until it has printed `text`. */
  said(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): unknown;
  readonly ending: Promise<Ending>;
  readonly hasEnded: boolean;
}

const core = fileURLToPath(new URL("../..", import.meta.url));

export function startProgram(name: string, env: Record<string, string> = {}): Program {
  if (!existsSync(`${core}/dist/index.js`)) throw new Error("build first: pnpm --filter @anyio/core build");
  const flags = runtime.family === "deno" ? ["run", "-A"] : [];
  const child = spawn(process.execPath, [...flags, `${core}/test/fixtures/${name}.mjs`], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "", FORCE_COLOR: "0", ...env },
  });
  let stdout = "";
  let stderr = "";
  let hasEnded = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ending = new Promise<Ending>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      hasEnded = true;
      resolve({ code, signal, stdout, stderr });
    });
  });
  return {
    ending,
    get hasEnded() {
      return hasEnded;
    },
    // Not child.kill(): Deno's sends one signal only.
    kill: (signal) => child.pid !== undefined && process.kill(child.pid, signal),
    said: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!stdout.includes(text)) return;
          child.stdout.off("data", look);
          resolve();
        };
        child.stdout.on("data", look);
        child.on("close", () => reject(new Error(`ended without saying "${text}":\n${stdout}\n${stderr}`)));
        look();
      }),
  };
}
