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

export default defineConfig(library(Object.fromEntries(doors.map((door) => [door, `src/${door}.ts`]))));
