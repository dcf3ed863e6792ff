import { connect, type Socket } from "node:net";
import { Worker } from "node:worker_threads";

/** Listens, accepts nobody, and has no room for more who wait: whoever connects to it hears nothing. */
export async function silentHost(): Promise<{ readonly port: number } & AsyncDisposable> {
  // A thread that sleeps accepts nobody, and the system completes as many connections as it was told to.
  const worker = new Worker(SLEEPER, { eval: true });
  const port = await new Promise<number>((resolve) => worker.once("message", resolve));
  const waiting: Socket[] = [];
  for (let isFull = false; !isFull;) {
    const socket = connect(port, "127.0.0.1");
    waiting.push(socket);
    isFull = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(false));
      // In a turn that took long, what has come is told after the timers.
      setTimeout(() => setImmediate(() => setTimeout(() => resolve(true), 20)), 100);
    });
  }
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of waiting) socket.destroy();
      await worker.terminate();
    },
  };
}

const SLEEPER = `
  const { parentPort } = require("node:worker_threads");
  const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;
