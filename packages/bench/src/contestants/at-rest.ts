import { setImmediate as turn } from "node:timers/promises";

/** Waits until whatever can go on without us has come to a halt: some turns of the event loop. */
export async function atRest(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await turn();
}
