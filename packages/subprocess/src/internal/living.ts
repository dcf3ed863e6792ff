import { atExit } from "@anyio/core/lowlevel";

/** What is to be killed where the process ends without its scopes having been left. */
export interface Mortal {
  killNow(): void;
}

const living = new Set<Mortal>();
let cancel: (() => void) | undefined;

/** Has `mortal` killed at the end of the process, unless the returned function is called before. */
export function outliveNot(mortal: Mortal): () => void {
  if (living.size === 0) cancel = atExit(killAll);
  living.add(mortal);
  return () => {
    if (living.delete(mortal) && living.size === 0) cancel?.();
  };
}

function killAll(): void {
  for (const mortal of living) mortal.killNow();
}
