import { fileURLToPath } from "node:url";
import type { ThreadsFamily } from "./contestant.js";
import { pooled } from "./pooled.js";

/** What piscina has, and tinypool, which was made out of it. */
interface WorkerPool {
  run(arg: unknown, options: RunOptions): Promise<unknown>;
  destroy(): Promise<void>;
}

interface RunOptions {
  readonly name: string;
  readonly filename?: string;
  readonly transferList?: ArrayBuffer[];
}

type WorkerPoolConstructor = new (options: { filename: string; minThreads: number; maxThreads: number }) => WorkerPool;

/** So many threads of a pool, with its own defaults for the rest. `transferring` is the program whose `stamp` hands its bytes over. */
export function workerPool(Pool: WorkerPoolConstructor, transferring: string): ThreadsFamily {
  const filename = programOf("thread-work.js");
  const transferringFilename = programOf(transferring);
  return pooled((threads) => {
    const pool = new Pool({ filename, minThreads: threads, maxThreads: threads });
    const clone = (bytes: Bytes) => pool.run(bytes, { name: "stamp" });
    const transfer = (bytes: Bytes) =>
      pool.run(bytes, { name: "stamp", filename: transferringFilename, transferList: [bytes.buffer] });
    return {
      call: (name, arg) => pool.run(arg, { name }) as Promise<number>,
      pass: (how, bytes) => (how === "clone" ? clone(bytes) : transfer(bytes)) as Promise<Bytes>,
      close: () => pool.destroy(),
    };
  });
}

type Bytes = Uint8Array<ArrayBuffer>;

/** From `dist`. */
function programOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
