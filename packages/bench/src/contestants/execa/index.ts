import { execa as run } from "execa";
import type { Command, Contestant } from "../contestant.js";
import { deal } from "../payload.js";

export const execa: Contestant = {
  processes: {
    async run(command, times, atOnce) {
      const done = await Promise.all(deal(times, atOnce).map((own) => runInTurn(command, own)));
      return done.reduce((sum, each) => sum + each, 0);
    },

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

async function runInTurn([program, ...args]: Command, times: number): Promise<number> {
  let done = 0;
  for (let i = 0; i < times; i += 1) {
    const { exitCode } = await run(program, args, { stdin: "ignore" });
    if (exitCode === 0) done += 1;
  }
  return done;
}
