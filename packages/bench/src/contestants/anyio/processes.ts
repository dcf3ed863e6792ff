import { openProcess, runProcess } from "@anyio/subprocess";
import { gather } from "@anyio/task-groups";
import type { Command, ProcessesFamily } from "../contestant.js";
import { deal, inTurn, sum } from "../shares.js";

export const processes: ProcessesFamily = {
  async run(command, times, atOnce) {
    return sum(await gather(deal(times, atOnce).map((own) => () => inTurn(own, () => succeeds(command)))));
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

async function succeeds(command: Command): Promise<boolean> {
  const { exitCode } = await runProcess(command);
  return exitCode === 0;
}
