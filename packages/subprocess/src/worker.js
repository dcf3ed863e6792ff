// @ts-check
/**
 * The program of a worker process. Plain JavaScript, for it is run as it is, and without an import of ours, to start quickly.
 *
 * 1. It does one call at a time, and says so when it begins one: what it has not begun may be given to another.
 * 2. It ends, with its process group, when its channel closes. A function that keeps the thread busy does not let it notice; a second thread
 *    looks who its parent is.
 */
import { Worker } from "node:worker_threads";

/** @typedef {import("./internal/pool/messages.js").Call} Call */
/** @typedef {import("./internal/pool/messages.js").Reply} Reply */
/** @typedef {import("./internal/pool/messages.js").RemoteError} RemoteError */

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
    const value = await (await find(fn))(...args);
    sendValue(id, value);
  } catch (error) {
    send({ anyio: "error", id, error: encode(error, new Set()) });
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

/** @type {Map<string, Function>} */
const functions = new Map();

/** @param {Call["fn"]} fn @returns {Promise<Function>} */
async function find(fn) {
  if ("text" in fn) {
    // oxlint-disable-next-line no-eval -- what a worker is for; the text is the caller's own function
    const known = functions.get(fn.text) ?? (0, eval)(`"use strict";(${fn.text})`);
    functions.set(fn.text, known);
    return known;
  }
  const { module, name } = fn;
  const exports = await import(module);
  const found = exports[name];
  if (typeof found === "function") return found;
  const what = name in exports ? `is no function but ${typeof found}` : `does not exist; it has ${list(exports)}`;
  throw new TypeError(`the export "${name}" of ${module} ${what}`);
}

/** @param {object} exports */
function list(exports) {
  return Object.keys(exports).join(", ") || "none";
}

/** @param {unknown} thrown @param {Set<unknown>} around what it is the cause of @returns {RemoteError} */
function encode(thrown, around) {
  if (!(thrown instanceof Error)) return isCloneable(thrown) ? { value: thrown } : { value: String(thrown) };
  const inside = new Set(around).add(thrown);
  /** @type {(inner: unknown) => RemoteError} */
  const encodeInner = (inner) => (inside.has(inner) ? { value: "a cause that goes round" } : encode(inner, inside));
  const { name, message, stack } = /** @type {{ name: unknown, message: unknown, stack: unknown }} */ (thrown);
  /** @type {RemoteError} */
  const encoded = {
    type: typeOf(thrown),
    name: String(name),
    message: String(message),
    stack: String(stack ?? ""),
    fields: fieldsOf(thrown),
  };
  if ("cause" in thrown) encoded.cause = encodeInner(thrown.cause);
  if (thrown instanceof AggregateError) encoded.errors = thrown.errors.map(encodeInner);
  const brand = /** @type {any} */ (thrown)[Symbol.for("@anyio/core/v1/error")];
  if (typeof brand === "string") encoded.brand = brand;
  return encoded;
}

/** The built-in class that an error is of, or extends. @param {Error} error */
function typeOf(error) {
  for (let proto = Object.getPrototypeOf(error); proto !== null; proto = Object.getPrototypeOf(proto)) {
    const name = proto.constructor?.name;
    if (typeof name === "string" && /** @type {any} */ (globalThis)[name]?.prototype === proto) return name;
  }
  return "Error";
}

/** @param {Error} error */
function fieldsOf(error) {
  /** @type {Record<string, unknown>} */
  const fields = {};
  for (const name of Object.getOwnPropertyNames(error)) {
    if (BUILT_IN.has(name)) continue;
    const value = /** @type {any} */ (error)[name];
    if (isCloneable(value)) fields[name] = value;
  }
  // Getters of a class's prototype say it where there is no field.
  const { code } = /** @type {{ code?: unknown }} */ (error);
  if (typeof code === "string") fields["code"] = code;
  return fields;
}

const BUILT_IN = new Set([
  "name",
  "message",
  "stack",
  "cause",
  "errors",
  "sourceURL",
  "originalLine",
  "originalColumn",
]);

/** @param {unknown} value */
function isCloneable(value) {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
