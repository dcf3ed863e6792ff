// Chapter 24 runs this in the event loop and, by hashInThread(), in worker threads.
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { fromThread, type RemoteFunction } from "@anyio/threads";

const MIB = 1024 * 1024;

/** The SHA-256 of a file. It tells after each MiB how much it has read. */
export function hashFile(path: string, progress: (bytes: number) => void): string {
  const hash = createHash("sha256");
  const piece = new Uint8Array(MIB);
  const file = openSync(path, "r");
  try {
    for (let bytes = 0; ;) {
      const read = readSync(file, piece);
      if (read === 0) return hash.digest("hex");
      hash.update(piece.subarray(0, read));
      bytes += read;
      progress(bytes);
    }
  } finally {
    closeSync(file);
  }
}

/** The same in a thread. It calls back after every 16 MiB, and ends where its caller is cancelled. */
export function hashInThread(path: string, progress: RemoteFunction<(bytes: number) => void>): string {
  return hashFile(path, (bytes) => {
    if (bytes % (16 * MIB) === 0) progress.callSync(bytes);
    fromThread.checkCancelled();
  });
}
