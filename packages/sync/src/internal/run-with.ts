import { quietly } from "@anyio/core/lowlevel";
import type { Lease } from "../lease.js";
import { show } from "./show.js";

/** Acquires, then calls `fn`, then gives back. */
export function runWith<T>(acquire: () => Promise<Lease>, fn: () => T | PromiseLike<T>): Promise<T> {
  return quietly(call(acquire, fn));
}

async function call<T>(acquire: () => Promise<Lease>, fn: () => T | PromiseLike<T>): Promise<T> {
  if (typeof fn !== "function") throw new TypeError(`fn must be a function, not ${show(fn)}`);
  const lease = await acquire();
  try {
    return await fn();
  } finally {
    lease[Symbol.dispose]();
  }
}
