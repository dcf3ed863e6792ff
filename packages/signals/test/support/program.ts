import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runtime } from "#support/runtimes";

/** How a program ended, and what it said. */
interface Ending {
  readonly signal: NodeJS.Signals | null;
  readonly said: readonly string[];
  readonly stderr: string;
}

/** A program of test/fixtures in a process of its own. It uses what is built, as users do. */
export interface Program {
  /** Sends a signal, and waits until the program has printed `answer`. */
  send(signal: NodeJS.Signals, answer?: string): Promise<void>;
  readonly ending: Promise<Ending>;
}

/** Starts a program, and waits until it says that it is ready. */
export async function startProgram(name: string): Promise<Program> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  if (!existsSync(`${root}/dist/index.js`)) throw new Error("build first: pnpm --filter @anyio/signals build");
  const flags = runtime.family === "deno" ? ["run", "-A"] : [];
  const child = spawn(process.execPath, [...flags, `${root}/test/fixtures/${name}.mjs`], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "", FORCE_COLOR: "0" },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ending = new Promise<Ending>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (_code, signal) => resolve({ signal, said: stdout.split("\n").filter(Boolean), stderr }));
  });
  const saidNext = (text: string, from: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!stdout.slice(from).includes(text)) return;
        child.stdout.off("data", look);
        resolve();
      };
      child.stdout.on("data", look);
      child.on("close", () => reject(new Error(`ended without saying "${text}":\n${stdout}\n${stderr}`)));
      look();
    });
  await saidNext("ready", 0);
  return {
    ending,
    // Not child.kill(): Deno's sends one signal only.
    send: async (signal, answer) => {
      const from = stdout.length;
      process.kill(child.pid as number, signal);
      if (answer !== undefined) await saidNext(answer, from);
    },
  };
}
