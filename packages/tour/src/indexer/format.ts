/** 1234567 as 1,234,567. */
export function count(n: number): string {
  return n.toLocaleString("en-US");
}

/** "1 file", "2 files". */
export function plural(n: number, one: string, several = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : several}`;
}

/** From ms, "12.3 s". */
export function duration(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** A path may hold any character but NUL, also those that move the cursor. */
export function printable(path: string): string {
  return path.replaceAll(/\p{Cc}/gu, "\u{FFFD}");
}
