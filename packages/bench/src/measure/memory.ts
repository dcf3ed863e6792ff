/** Bytes in use after a full collection. */
export function heapInUse(): number {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("start the process with --expose-gc");
  // Twice: what the first frees through weak references goes with the second.
  gc();
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Bytes that the system has given to the process, after a full collection. */
export function residentMemory(): number {
  heapInUse();
  return process.memoryUsage.rss();
}

/** The most that the system has given to this process so far, in MiB. */
export function residentPeak(): number {
  return process.resourceUsage().maxRSS / 1024;
}
