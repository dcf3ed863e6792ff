import PQueue from "p-queue";
import type { Contestant } from "../contestant.js";
import { exclusive } from "../exclusive.js";

export const queue: Contestant = {
  locks: exclusive((permits) => {
    const tasks = new PQueue({ concurrency: permits });
    return (work) => tasks.add(work);
  }),
};
