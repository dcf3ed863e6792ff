import { inFlight, RunVar } from "@anyio/core/lowlevel";
import { after, never } from "../event-loop.js";
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

  /** Who has nothing to do, and when each is dismissed; the one that was needed last is needed first. */
  readonly #idle: { readonly worker: PooledWorker; readonly timer: NodeJS.Timeout }[] = [];

  /** Has a worker do a call. */
  async call(call: Call, label: string): Promise<{ reply: Reply; worker: string }> {
    const landed = inFlight();
    try {
      for (;;) {
        const worker = this.#takeIdle() ?? (await PooledWorker.start());
        const reply = await worker.call(call, label);
        if (reply === NOT_BEGUN) continue;
        this.#rest(worker);
        return { reply, worker: worker.label };
      }
    } finally {
      landed();
    }
  }

  #takeIdle(): PooledWorker | undefined {
    for (let entry = this.#idle.pop(); entry !== undefined; entry = this.#idle.pop()) {
      never(entry.timer);
      if (!entry.worker.isAlive) continue;
      entry.worker.isNeeded = true;
      return entry.worker;
    }
    return undefined;
  }

  #rest(worker: PooledWorker): void {
    if (!worker.isAlive) return;
    worker.isNeeded = false;
    const timer = after(IDLE, () => {
      this.#idle.splice(
        this.#idle.findIndex((entry) => entry.worker === worker),
        1,
      );
      worker.dismiss();
    });
    timer.unref();
    this.#idle.push({ worker, timer });
  }
}

const current = new RunVar<WorkerPool | undefined>("the pool of worker processes", { default: undefined });
const IDLE = 10_000;
