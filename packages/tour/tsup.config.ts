import { defineConfig } from "tsup";

export default defineConfig({
  // A program that a chapter starts is one of its own.
  entry: {
    main: "src/main.ts",
    fahrenheit: "src/programs/fahrenheit.ts",
    greeter: "src/programs/greeter.ts",
    "time-server": "src/programs/time-server.ts",
    // What runs in a thread is a module of its own, which `new URL("./name.js", import.meta.url)` finds beside it here and there.
    "count-texts": "src/indexer/count-texts.ts",
    "fill-in": "src/chapters/fill-in.ts",
    "hash-file": "src/chapters/hash-file.ts",
    "shorten-trip": "src/chapters/shorten-trip.ts",
  },
  format: "esm",
  target: "es2022",
  platform: "node",
  removeNodeProtocol: false,
  clean: true,
  silent: true,
});
