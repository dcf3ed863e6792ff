// Chapter 24 has this run in worker threads.
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { fromThread, type RemoteFunction } from "@anyio/threads";

const MIB = 1024 * 1024;

/** The SHA-256 of a file. It tells how much it has read, every 16 MiB, and ends where its caller is cancelled. */
export function hashFile(path: string, progress: RemoteFunction<(bytes: number) => void>): string {
  const hash = createHash("sha256");
  const piece = new Uint8Array(MIB);
  const file = openSync(path, "r");
  try {
    for (let bytes = 0; ;) {
      fromThread.checkCancelled();
      const read = readSync(file, piece);
      if (read === 0) return hash.digest("hex");
      hash.update(piece.subarray(0, read));
      bytes += read;
      if (bytes % (16 * MIB) === 0) progress.callSync(bytes);
    }
  } finally {
    closeSync(file);
  }
}
