import { run } from "@anyio/core";

/** Runs `main`, and tells how many operations were resumed meanwhile. */
export async function resumptionsOf(main: () => Promise<void>): Promise<number> {
  let resumptions = 0;
  const scheduler = {
    ready(resume: () => void): void {
      resumptions++;
      resume();
    },
  };
  await run(main, { signals: [], backend: { scheduler } });
  return resumptions;
}
