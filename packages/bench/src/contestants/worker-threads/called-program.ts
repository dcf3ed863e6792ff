// The program of a thread that does what somebody else is blocked for.
import { workerData } from "node:worker_threads";
import { type Line, serve } from "./line.js";

serve(workerData as Line, async (n) => n + 1);
