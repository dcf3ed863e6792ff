// What is called in threads: a module of its own, which imports nothing, so that everybody loads the same.

export function increment(n: number): number {
  return n + 1;
}

/** Keeps a processor busy. */
export function primesBelow(limit: number): number {
  let found = 0;
  for (let n = 2; n < limit; n += 1) {
    if (isPrime(n)) found += 1;
  }
  return found;
}

/** Returns the bytes, with one added to the first of them. */
export function stamp(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  bytes[0] = (bytes[0] ?? 0) + 1;
  return bytes;
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor += 1) {
    if (n % divisor === 0) return false;
  }
  return true;
}
