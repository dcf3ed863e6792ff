import { LONG, type TimeoutFamily } from "../contestant.js";
import { TimeoutError } from "./timeout-error.js";
import type { Tools } from "./tools.js";

export function timeout<S>({ withTimeout, sleep }: Tools<S>): TimeoutFamily {
  return {
    async aroundReturn(scopes) {
      let done = 0;
      for (let i = 0; i < scopes; i += 1) done += await withTimeout(LONG, () => 1);
      return done;
    },

    async aroundAwait(scopes) {
      let done = 0;
      for (let i = 0; i < scopes; i += 1) {
        done += await withTimeout(LONG, async () => {
          await null;
          return 1;
        });
      }
      return done;
    },

    async strike(ms, ended) {
      try {
        await withTimeout(ms, (scope) => sleep(LONG, scope).finally(ended));
        return false;
      } catch (error) {
        return error instanceof TimeoutError;
      }
    },
  };
}
