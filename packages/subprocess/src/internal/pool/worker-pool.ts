import { inFlight, RunVar } from "@anyio/core/lowlevel";
import { IdleStack } from "@anyio/core/workers";
import type { Call, Reply } from "./messages.js";
import { NOT_BEGUN, PooledWorker } from "./pooled-worker.js";

/** The worker processes of a `run()`. How many there are at a time is for whoever calls to limit. */
export class WorkerPool {
  /** The pool of the program that calls. */
  static get current(): WorkerPool {
    const pool = current.get() ?? new WorkerPool();
    current.set(pool);
    return pool;
  }

  readonly #idle = new IdleStack<PooledWorker>(IDLE, (worker) => worker.dismiss());

  /** Has a worker do a call. */
  async call(call: Call, label: string): Promise<{ reply: Reply; worker: string }> {
    const landed = inFlight();
    try {
      for (;;) {
        const worker = this.#idle.take() ?? (await PooledWorker.start());
        worker.isNeeded = true;
        const reply = await worker.call(call, label);
        if (reply === NOT_BEGUN) continue;
        this.#rest(worker);
        return { reply, worker: worker.label };
      }
    } finally {
      landed();
    }
  }

  #rest(worker: PooledWorker): void {
    if (!worker.isAlive) return;
    worker.isNeeded = false;
    this.#idle.push(worker);
  }
}

const current = new RunVar<WorkerPool | undefined>("the pool of worker processes", { default: undefined });
const IDLE = 10_000;
