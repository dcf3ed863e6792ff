/**
 * The program of a thread that watches another one: however that ends, its port closes, and whoever is blocked, and so hears of nothing,
 * is told in the shared memory.
 */
import { workerData } from "node:worker_threads";
import { Bell } from "../internal/bell.js";
import type { MessagePort } from "../internal/messages.js";

const { life, memory } = (workerData as { anyio: { life: MessagePort; memory: SharedArrayBuffer } }).anyio;

life.on("close", () => new Bell(memory).close());
// A port is watched only while somebody listens to what it says.
life.on("message", () => {});
