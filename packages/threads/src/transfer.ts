import type { Transferable } from "node:worker_threads";
import { checkArray } from "./internal/checks.js";

/** What can be handed over instead of being copied. */
export type { Transferable };

interface Transfer {
  readonly value: unknown;
  readonly list: readonly Transferable[];
}

/** What is posted: the values, and what of them is handed over. */
export interface Parcel {
  readonly args: readonly unknown[];
  readonly list: readonly Transferable[];
}

/**
 * Has a value be handed over instead of being copied: what is in `list` belongs to whoever gets the value, and is empty here. For whole
 * arguments and whole results, of calls in threads and of calls back.
 *
 * @param list buffers, ports, …: what the platform can transfer
 * @returns `value`, as far as types go; it is to be given or returned at once, by itself: as a part of something else it is a `DataCloneError`
 * @example
 * const pixels = new Uint8Array(1_000);
 * const sizeOf = (get: RemoteFunction<() => Uint8Array>) => get.callSync().length;
 * const size = await run(() => toThread.run(sizeOf, [callable(() => transfer(pixels, [pixels.buffer]))]));
 * [size, pixels.length]; // => [1000, 0]
 */
export function transfer<T>(value: T, list: readonly Transferable[]): T {
  checkArray(list, "list");
  return new Handover({ value, list }) as T;
}

/** What {@link transfer} was told; undefined for any other value. */
export function transferOf(value: unknown): { value: unknown; list: Transferable[] } | undefined {
  const transfer = (value as { [TRANSFER]?: Transfer } | null | undefined)?.[TRANSFER];
  return transfer && { value: transfer.value, list: [...transfer.list] };
}

/** Unpacks the arguments that are to be handed over, in addition to what is handed over anyway. */
export function parcelOf(args: readonly unknown[], list: readonly Transferable[] = NONE): Parcel {
  let parcel: { args: unknown[]; list: Transferable[] } | undefined;
  for (let i = 0; i < args.length; i++) {
    const transfer = transferOf(args[i]);
    if (transfer === undefined) continue;
    parcel ??= { args: [...args], list: [...list] };
    parcel.args[i] = transfer.value;
    parcel.list.push(...transfer.list);
  }
  return parcel ?? { args, list };
}

const TRANSFER = Symbol.for("@anyio/threads/v1/transfer");
const NONE: readonly Transferable[] = [];

class Handover {
  readonly [TRANSFER]: Transfer;
  // A function, for it keeps this from being cloned where nobody looks for it: inside of a value.
  readonly refusal = transferIsForWholeValues;

  constructor(transfer: Transfer) {
    this[TRANSFER] = transfer;
  }
}

function transferIsForWholeValues(): void {}
