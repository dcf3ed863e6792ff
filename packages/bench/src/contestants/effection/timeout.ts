import { ensure, run, sleep } from "effection";
import { LONG, type TimeoutFamily } from "../contestant.js";
import { awaitOnce, TimeoutError, withTimeout } from "./tasks.js";

// oxlint-disable-next-line require-yield -- an operation that has its result at once
function* oneAtOnce() {
  return 1;
}

function* oneLater() {
  yield* awaitOnce();
  return 1;
}

export const timeout: TimeoutFamily = {
  async aroundReturn(scopes) {
    return await run(function* () {
      let done = 0;
      for (let i = 0; i < scopes; i += 1) done += yield* withTimeout(LONG, oneAtOnce);
      return done;
    });
  },

  async aroundAwait(scopes) {
    return await run(function* () {
      let done = 0;
      for (let i = 0; i < scopes; i += 1) done += yield* withTimeout(LONG, oneLater);
      return done;
    });
  },

  async strike(ms, ended) {
    function* work() {
      yield* ensure(ended);
      yield* sleep(LONG);
    }
    try {
      await run(() => withTimeout(ms, work));
      return false;
    } catch (error) {
      return error instanceof TimeoutError;
    }
  },
};
