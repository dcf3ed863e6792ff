import { readFileSync } from "node:fs";
import { defineConfig } from "tsup";

const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as { devDependencies: object };

export default defineConfig({
  entry: {
    cli: "src/cli.ts",
    child: "src/child.ts",
    "anyio-server": "src/contestants/anyio/sockets-server.ts",
    "node-net-server": "src/contestants/node-net/server.ts",
    "node-net-loop-server": "src/contestants/node-net-loop/server.ts",
    "thread-work": "src/contestants/thread-work.ts",
    "anyio-thread-work": "src/contestants/anyio/thread-work.ts",
    "worker-threads-pool": "src/contestants/worker-threads/pool-program.ts",
    "worker-threads-caller": "src/contestants/worker-threads/caller-program.ts",
    "worker-threads-called": "src/contestants/worker-threads/called-program.ts",
    "piscina-thread-work": "src/contestants/piscina/thread-work.ts",
    "tinypool-thread-work": "src/contestants/tinypool/thread-work.ts",
    "synckit-thread": "src/contestants/synckit/thread.ts",
  },
  format: "esm",
  target: "es2022",
  platform: "node",
  // What is measured is what is published: the packages' built files, and the peers' own.
  external: Object.keys(devDependencies).map((name) => new RegExp(`^${name}(?:/|$)`)),
  // A process loads the contestant that it measures and no other.
  splitting: true,
  clean: true,
  silent: true,
});
