/**
 * The program of a thread that runs an event loop for a synchronous program. It is sent as a text, with all that it imports.
 *
 * 1. What is called runs in tasks of one group, so it can be cancelled, and has ended before the thread does.
 * 2. It ends when the tasks have cleaned up, whatever handles they have left open.
 * 3. The other side is blocked most of the time, and looks for answers only when it is woken: it is told of the end in the shared memory.
 */
import { workerData } from "node:worker_threads";
import { run } from "@anyio/core";
import { encodeError, type RemoteError, receiveFunction } from "@anyio/core/workers";
import { type TaskGroup, type TaskHandle, withTaskGroup } from "@anyio/task-groups";
import { Bell } from "../internal/bell.js";
import type { MessagePort, Outcome } from "../internal/messages.js";
import { sendError, sendValue } from "../internal/outcome.js";
import type { Ending, Order, Result, StartTask } from "../internal/portal-messages.js";

const { port, memory } = (workerData as { anyio: { port: MessagePort; memory: SharedArrayBuffer } }).anyio;
const bell = new Bell(memory);
const tasks = new Map<number, TaskHandle<void>>();

let fault: { error?: RemoteError } = {};

process.on("uncaughtExceptionMonitor", (error) => {
  fault = { error: encodeError(error) };
});

process.on("exit", (exitCode) => {
  port.postMessage({ type: "ending", exitCode, ...fault } satisfies Ending);
  bell.close();
});

void run(
  () =>
    withTaskGroup(
      (tg) =>
        new Promise<void>((resolve) => {
          port.on("message", (order: Order) => {
            if (order.type === "start") start(tg, order);
            else if (order.type === "cancel") tasks.get(order.id)?.cancel("its handle was cancelled");
            else {
              tg.cancel("the portal is closed");
              resolve();
            }
          });
          // Nobody knows what it was, so nobody could be told: the thread ends by it.
          port.on("messageerror", raise);
        }),
    ),
  { name: "a blocking portal", signals: [] },
).then(() => process.exit());

function raise(error: unknown): never {
  throw error;
}

function start(tg: TaskGroup, { id, fn, args, name }: StartTask): void {
  const task = tg.startSoon(() => perform({ id, fn, args, name }), { name });
  tasks.set(id, task);
}

async function perform({ id, fn, args }: StartTask): Promise<void> {
  const wrap = (outcome: Outcome): Result => ({ type: "result", id, outcome });
  try {
    const found = await receiveFunction(fn);
    sendValue(port, await found(...args), wrap);
  } catch (error) {
    sendError(port, error, wrap);
  } finally {
    tasks.delete(id);
    bell.wake();
  }
}
