import { openProcess, runProcess } from "@anyio/subprocess";
import { gather } from "@anyio/task-groups";
import type { Command, ProcessesFamily } from "../contestant.js";
import { deal } from "../payload.js";

export const processes: ProcessesFamily = {
  async run(command, times, atOnce) {
    const done = await gather(deal(times, atOnce).map((own) => () => runInTurn(command, own)));
    return done.reduce((sum, each) => sum + each, 0);
  },

  async capture(command) {
    return (await runProcess(command)).stdout;
  },

  async stream(command, chunk) {
    await using process = await openProcess(command, { stdin: "ignore", stderr: "ignore" });
    for await (const bytes of process.stdout) chunk(bytes);
    if ((await process.wait()) !== 0) throw new Error(`exited with ${process.exitCode}`);
  },
};

async function runInTurn(command: Command, times: number): Promise<number> {
  let done = 0;
  for (let i = 0; i < times; i += 1) {
    const { exitCode } = await runProcess(command);
    if (exitCode === 0) done += 1;
  }
  return done;
}
