// What synckit's thread runs.
import { runAsWorker } from "synckit";

runAsWorker(async (n: number) => n + 1);
