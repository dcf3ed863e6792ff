/**
 * Hands over what was just accepted; a turn later where that is Deno: what is written to a socket in the very turn in which it was
 * accepted fails there with EPIPE, where the other side's end has come too.
 */
export const handOver: <T>(take: (accepted: T) => void, accepted: T) => void =
  "Deno" in globalThis ? (take, accepted) => void setTimeout(take, 0, accepted) : (take, accepted) => take(accepted);
