/** What a request, its answer and a datagram are. */
export const MESSAGE = new Uint8Array(64).fill(0x61);

/** What is uploaded, so many times for a MiB. */
export const CHUNK = new Uint8Array(65_536).fill(0x62);
export const CHUNKS_PER_MIB = 16;

export const GREETING = new Uint8Array([0x63]);

/** How many MiB the server says that it received. */
export function mibOf(answer: string): number {
  return Number(answer) / (CHUNK.length * CHUNKS_PER_MIB);
}
