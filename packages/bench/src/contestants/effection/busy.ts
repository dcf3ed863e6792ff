import { run, withResolvers } from "effection";
import type { BusyFamily } from "../contestant.js";
import { inGroup, TimeoutError, withTimeout } from "./tasks.js";

export const busy: BusyFamily = {
  async run(tasks, ms, goOn, struck) {
    /** An operation that could have had to wait, and did not. */
    const ready = withResolvers<void>();
    ready.resolve();
    function* loop() {
      while (goOn()) yield* ready.operation;
    }
    function* limited() {
      try {
        yield* withTimeout(ms, loop);
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        struck();
      }
    }
    await run(() => inGroup(tasks, (index) => (index === 0 ? limited : loop)));
  },
};
