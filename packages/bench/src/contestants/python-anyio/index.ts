import type { Contestant } from "../contestant.js";
import { sockets } from "./sockets.js";
import { threads } from "./threads.js";

export const pythonAnyio: Contestant = { sockets, threads };
