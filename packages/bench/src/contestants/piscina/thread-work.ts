// `stamp` of the other `thread-work.ts`, which hands its bytes over.
import { move } from "piscina";

export function stamp(bytes: Uint8Array<ArrayBuffer>): unknown {
  bytes[0] = (bytes[0] ?? 0) + 1;
  return move(bytes);
}
