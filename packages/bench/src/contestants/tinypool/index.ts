import { Tinypool } from "tinypool";
import type { Contestant } from "../contestant.js";
import { workerPool } from "../worker-pool.js";

export const tinypool: Contestant = { threads: workerPool(Tinypool, "tinypool-thread-work.js") };
