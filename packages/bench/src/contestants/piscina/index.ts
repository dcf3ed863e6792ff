import { Piscina } from "piscina";
import type { Contestant } from "../contestant.js";
import { workerPool } from "../worker-pool.js";

export const piscina: Contestant = { threads: workerPool(Piscina, "piscina-thread-work.js") };
