import { execa as run } from "execa";
import type { Command, Contestant } from "../contestant.js";
import { inHands, inTurn } from "../shares.js";

export const execa: Contestant = {
  processes: {
    run: (command, times, atOnce) => inHands(times, atOnce, (own) => inTurn(own, () => succeeds(command))),

    async capture([program, ...args]) {
      const { stdout } = await run(program, args, { stdin: "ignore", encoding: "buffer", maxBuffer: Infinity });
      return stdout;
    },

    async stream([program, ...args], chunk) {
      const child = run(program, args, { stdin: "ignore", stderr: "ignore", buffer: false });
      child.stdout.on("data", chunk);
      await child;
    },
  },
};

async function succeeds([program, ...args]: Command): Promise<boolean> {
  const { exitCode } = await run(program, args, { stdin: "ignore" });
  return exitCode === 0;
}
