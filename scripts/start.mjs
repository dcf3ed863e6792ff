// `npm start [-- <arguments of the tour>]`: a fresh clone becomes ready, then the guided tour runs.
import { join } from "node:path";
import { main, root } from "./lib/run.mjs";
import { setUp } from "./lib/set-up.mjs";
import { standIn } from "./lib/stand-in.mjs";
import { readManifest } from "./lib/workspace.mjs";

await main(async () => {
  const dir = join(root, "packages/tour");
  const { name, bin = "dist/main.js" } = readManifest(dir);
  await setUp({ build: [`${name}...`] });
  // npm moves to the repository's root; the paths that a person types are meant from where they stand.
  standIn(process.execPath, [join(dir, bin), ...process.argv.slice(2)], {
    cwd: process.env["INIT_CWD"] ?? root,
  });
});
