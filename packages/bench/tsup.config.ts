import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    cli: "src/cli.ts",
    child: "src/child.ts",
    "anyio-server": "src/contestants/anyio/sockets-server.ts",
    "node-net-server": "src/contestants/node-net/server.ts",
    "node-net-loop-server": "src/contestants/node-net-loop/server.ts",
  },
  format: "esm",
  target: "es2022",
  platform: "node",
  // What is measured is what is published: the packages' built files, and the peers' own.
  external: [/^@anyio\//, /^effect/, "async-mutex", "execa", "p-limit", "p-queue", "selfsigned"],
  // A process loads the contestant that it measures and no other.
  splitting: true,
  clean: true,
  silent: true,
});
