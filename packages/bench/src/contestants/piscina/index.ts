import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import type { Contestant } from "../contestant.js";
import { type Pool, pooled } from "../pooled.js";

// From `dist`.
const WORK = fileURLToPath(new URL("thread-work.js", import.meta.url));
const TRANSFERRING_WORK = fileURLToPath(new URL("piscina-thread-work.js", import.meta.url));

export const piscina: Contestant = { threads: pooled(start) };

function start(threads: number): Pool {
  const pool = new Piscina({ filename: WORK, minThreads: threads, maxThreads: threads });
  return {
    call: (name, arg) => pool.run(arg, { name }),
    pass: (how, bytes) =>
      how === "clone"
        ? pool.run(bytes, { name: "stamp" })
        : pool.run(bytes, { name: "stamp", filename: TRANSFERRING_WORK, transferList: [bytes.buffer] }),
    close: () => pool.destroy(),
  };
}
