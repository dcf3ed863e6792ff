// `stamp` of the other `thread-work.ts`, which hands its bytes over.
import { transfer } from "@anyio/threads";

export function stamp(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  bytes[0] = (bytes[0] ?? 0) + 1;
  return transfer(bytes, [bytes.buffer]);
}
