import { spawn } from "node:child_process";
import type { Command, Contestant, ProcessesFamily } from "../contestant.js";
import { inHands, inTurn } from "../shares.js";

/** By hand, with listeners. What a child has started may outlive it, and so may the child whoever waits for it. */
const processes: ProcessesFamily = {
  run: (command, times, atOnce) => inHands(times, atOnce, (own) => inTurn(own, () => succeeds(command))),

  async capture(command) {
    const { code, stdout } = await run(command);
    if (code !== 0) throw new Error(`exited with ${code}`);
    return stdout;
  },

  stream: ([program, ...args], chunk) =>
    new Promise((resolve, reject) => {
      const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
      child.stdout.on("data", chunk);
      child.on("error", reject);
      child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`exited with ${code}`))));
    }),
};

export const childProcess: Contestant = { processes };

async function succeeds(command: Command): Promise<boolean> {
  const { code } = await run(command);
  return code === 0;
}

interface Completed {
  readonly code: number | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

function run([program, ...args]: Command): Promise<Completed> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (bytes: Buffer) => stdout.push(bytes));
    child.stderr.on("data", (bytes: Buffer) => stderr.push(bytes));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) }));
  });
}
