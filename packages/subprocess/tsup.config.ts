import { defineConfig } from "tsup";
import { library } from "../../tsup.base.js";

const options = library({ index: "src/index.ts", worker: "src/worker.js" });

// The worker is a program of its own, which nobody imports.
export default defineConfig({ ...options, dts: { ...(options.dts as object), entry: { index: "src/index.ts" } } });
