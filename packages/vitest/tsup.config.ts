import { defineConfig } from "tsup";
import { library } from "../../tsup.base.js";

// The runner is a file that vitest loads by its path, no door.
export default defineConfig(library({ index: "src/index.ts", plugin: "src/plugin.ts", runner: "src/runner.ts" }));
