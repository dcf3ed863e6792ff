import type { Session, ThreadsFamily } from "../contestant.js";
import { Program } from "./program.js";

export const threads: ThreadsFamily = {
  roundTrips: (count) => start("round-trips", String(count)),
  callBacks: () => start("call-backs"),
  blockingCalls: () => start("blocking-calls"),
};

async function start(...args: readonly string[]): Promise<Session> {
  const program = new Program("threads.py", ...args);
  await program.line();
  return {
    async repeat(times) {
      program.tell(`${times}\n`);
      return Number(await program.line());
    },
    close: () => program.stop(),
  };
}
