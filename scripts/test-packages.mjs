// `npm run test:packages`: every published package is packed, checked, installed elsewhere and used there.
import { main, run } from "./lib/run.mjs";
import { setUp } from "./lib/set-up.mjs";
import { publishedPackages } from "./lib/workspace.mjs";

await main(async () => {
  await setUp({ build: publishedPackages().map(({ manifest }) => manifest.name) });
  await run("vitest", ["run", "--config=vitest.wide.config.ts", "--project=packaging", ...process.argv.slice(2)]);
});
