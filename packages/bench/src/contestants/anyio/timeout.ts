import { failAfter, sleep, TimeoutError } from "@anyio/core";
import { LONG, type TimeoutFamily } from "../contestant.js";

export const timeout: TimeoutFamily = {
  async aroundReturn(scopes) {
    let done = 0;
    for (let i = 0; i < scopes; i += 1) done += await failAfter(LONG, () => 1);
    return done;
  },

  async aroundAwait(scopes) {
    let done = 0;
    for (let i = 0; i < scopes; i += 1) {
      done += await failAfter(LONG, async () => {
        await null;
        return 1;
      });
    }
    return done;
  },

  async strike(ms, ended) {
    try {
      await failAfter(ms, () => sleep(LONG).finally(ended));
      return false;
    } catch (error) {
      return error instanceof TimeoutError;
    }
  },
};
