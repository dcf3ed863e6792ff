// `npm run setup`: what `npm start` and `npm test` do first, by itself.
import { main } from "./lib/run.mjs";
import { setUp } from "./lib/set-up.mjs";

await main(() => setUp());
