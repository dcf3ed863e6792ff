// `npm run readme`: writes the tables of README.md from what was measured and counted. test/workspace holds them together.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withTables } from "./lib/readme-tables.mjs";
import { root } from "./lib/run.mjs";

const file = join(root, "README.md");
writeFileSync(file, withTables(readFileSync(file, "utf8")));
