// `npm run runtimes:install`: the other runtimes, for the commands that need them.
import { main } from "./lib/run.mjs";
import { installRuntimes } from "./lib/runtimes.mjs";

await main(() => installRuntimes());
