import pLimit from "p-limit";
import type { Contestant } from "../contestant.js";
import { exclusive } from "../exclusive.js";

export const limit: Contestant = { locks: exclusive((permits) => pLimit(permits)) };
