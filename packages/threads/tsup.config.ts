import { defineConfig } from "tsup";
import { library } from "../../tsup.base.js";
import { programTexts } from "../../programs.base.js";

export default defineConfig({ ...library({ index: "src/index.ts" }), esbuildPlugins: [programTexts()] });
