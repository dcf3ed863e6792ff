import type { Contestant } from "../contestant.js";
import { handOver } from "./hand-over.js";
import { receivers } from "./receivers.js";

export const webStreams: Contestant = { handOver, receivers };
