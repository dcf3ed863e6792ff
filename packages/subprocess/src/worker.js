// @ts-check
/**
 * The program of a worker process. Plain JavaScript, for it is run as it is, and with few imports, to start quickly: the build puts them into it.
 *
 * 1. It does one call at a time, and says so when it begins one: what it has not begun may be given to another.
 * 2. It ends, with its process group, when its channel closes. A function that keeps the thread busy does not let it notice; a second thread
 *    looks who its parent is.
 */
import { Worker } from "node:worker_threads";
import { encodeError, receiveFunction } from "@anyio/core/workers";

/** @typedef {import("./internal/pool/messages.js").Call} Call */
/** @typedef {import("./internal/pool/messages.js").Reply} Reply */

const parent = Number(process.argv[2]);
const isLeader = process.platform !== "win32";

/** Sent as text, to be run in a thread that has nothing else to do. */
const WATCH = `
  const { parent, isLeader } = require("node:worker_threads").workerData;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(isLeader ? -process.pid : process.pid, "SIGKILL");
  }, 250);
`;

new Worker(WATCH, { eval: true, workerData: { parent, isLeader } }).unref();

process.on("disconnect", () => {
  // The last of its listeners, so that those of the functions that ran here come first.
  process.on("exit", () => {
    if (isLeader) process.kill(-process.pid, "SIGKILL");
  });
  process.exit();
});

process.on("message", (/** @type {Call} */ call) => {
  if (call?.anyio === "call") void answer(call);
});

/** @param {Call} call */
async function answer({ id, fn, args }) {
  send({ anyio: "begun", id });
  try {
    const value = await (await receiveFunction(fn))(...args);
    sendValue(id, value);
  } catch (error) {
    send({ anyio: "error", id, error: encodeError(error) });
  }
}

/** @param {number} id @param {unknown} value */
function sendValue(id, value) {
  // The channel takes more than a structured clone does, and on some runtimes breaks by what it does not take.
  const clone = structuredClone(value);
  try {
    send({ anyio: "value", id, value: clone });
  } catch (error) {
    throw new DOMException(error instanceof Error ? error.message : String(error), "DataCloneError");
  }
}

/** @param {Reply} reply */
function send(reply) {
  process.send?.(reply);
}
