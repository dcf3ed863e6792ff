import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Contestant } from "../contestant.js";

/** By hand, with a loop over the child's output. */
export const childProcessLoop: Contestant = {
  processes: {
    async stream([program, ...args], chunk) {
      const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
      const closed = once(child, "close");
      for await (const bytes of child.stdout as AsyncIterable<Uint8Array>) chunk(bytes);
      const [code] = (await closed) as [number | null];
      if (code !== 0) throw new Error(`exited with ${code}`);
    },
  },
};
