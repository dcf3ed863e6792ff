import { defineConfig } from "tsup";
import { library } from "../../tsup.base.js";

const index = { ...library({ index: "src/index.ts" }), clean: ["!worker.*"] };
const worker = library({ worker: "src/worker.js" });

// The worker is a program of its own, which nobody imports. It starts quicker as one file.
export default defineConfig([index, { ...worker, dts: false, noExternal: [/^@anyio/], clean: false }]);
