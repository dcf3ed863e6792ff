import type { Transferable } from "node:worker_threads";

/** What can be handed over instead of being copied. */
export type { Transferable };

interface Transfer {
  readonly value: unknown;
  readonly list: readonly Transferable[];
}

/**
 * Has a result be handed over instead of being copied: what is in `list` belongs to whoever gets the result, and is empty here. For what a
 * function returns in a thread, and for what a function returns that is called back. For arguments there is the option `transfer`.
 *
 * @param list buffers, ports, …: what the platform can transfer
 * @returns `value`, as far as types go; it is to be returned at once
 * @example
 * const pixels = new Uint8Array(1_000);
 * const sizeOf = (get: RemoteFunction<() => Uint8Array>) => get.callSync().length;
 * const size = await run(() => toThread.run(sizeOf, [callable(() => transfer(pixels, [pixels.buffer]))]));
 * [size, pixels.length]; // => [1000, 0]
 */
export function transfer<T>(value: T, list: readonly Transferable[]): T {
  if (!Array.isArray(list))
    throw new TypeError(`list must be an array of what is to be transferred, not ${String(list)}`);
  return { [TRANSFER]: { value, list } } as T;
}

/** What {@link transfer} was told; undefined for any other value. */
export function transferOf(value: unknown): { value: unknown; list: Transferable[] } | undefined {
  const transfer = (value as { [TRANSFER]?: Transfer } | null | undefined)?.[TRANSFER];
  return transfer && { value: transfer.value, list: [...transfer.list] };
}

const TRANSFER = Symbol.for("@anyio/threads/v1/transfer");
