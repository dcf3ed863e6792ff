import { turns } from "./turn.js";

/** Calls `fn` and tells which promise rejections nobody had handled two turns of the event loop after it. */
export async function unhandledRejectionsOf(fn: () => unknown): Promise<unknown[]> {
  const reasons: unknown[] = [];
  const note = (reason: unknown): void => void reasons.push(reason);
  process.on("unhandledRejection", note);
  try {
    await fn();
    await turns(2);
  } finally {
    process.off("unhandledRejection", note);
  }
  return reasons;
}
