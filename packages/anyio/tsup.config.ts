import { copyFile } from "node:fs/promises";
import { defineConfig } from "tsup";
import { library } from "../../tsup.base.js";

const doors = [
  "index",
  "core",
  "lowlevel",
  "task-groups",
  "sync",
  "streams",
  "streams-node",
  "net",
  "subprocess",
  "threads",
  "fs",
  "signals",
  "functools",
];

export default defineConfig({
  ...library(Object.fromEntries(doors.map((door) => [door, `src/${door}.ts`]))),
  // What only re-exports is its own declaration. Made by the bundler, that of one door would import all the others.
  dts: false,
  async onSuccess() {
    for (const door of doors) await copyFile(`src/${door}.ts`, `dist/${door}.d.ts`);
  },
});
