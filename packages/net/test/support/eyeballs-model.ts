/** What becomes of an attempt that is let run. */
type Ending = "connects" | "fails" | "hangs";

/** One address, and what connecting to it is like; times in ms. */
export interface Host {
  readonly family: "ipv4" | "ipv6";
  readonly ending: Ending;
  readonly takes: number;
  /** How long it takes to undo an attempt that is cancelled. */
  readonly undo: number;
}

export interface Situation {
  readonly lookUp: { readonly takes: number; readonly fails: boolean };
  readonly hosts: readonly Host[];
  readonly delay: number;
  /** When the caller is cancelled. */
  readonly cancelAt: number;
}

/** What is to be seen. */
export interface Prediction {
  /** When each attempt began, in order of beginning, by the index of its host. */
  readonly began: readonly (readonly [host: number, at: number])[];
  readonly outcome: "connected" | "failed" | "cancelled" | "connected or cancelled";
  /** The host that is connected to. */
  readonly winner?: number;
  readonly endsAt: number;
}

/** The rules of RFC 8305 as a table of times: when what would happen, if nothing came before it. No two times are equal. */
export function predict({ lookUp, hosts, delay, cancelAt }: Situation): Prediction {
  if (cancelAt < lookUp.takes) return { began: [], outcome: "cancelled", endsAt: cancelAt };
  if (lookUp.fails) return { began: [], outcome: "failed", endsAt: lookUp.takes };

  const order = byTurns(hosts);
  const ends = (i: number, from: number): number => (hosts[i]?.ending === "hangs" ? Infinity : from + takes(i));
  const takes = (i: number): number => hosts[i]?.takes ?? Infinity;
  const began: (readonly [number, number])[] = [];
  let won = Infinity;
  let winner: number | undefined;
  let next = lookUp.takes;
  for (const i of order) {
    if (next >= Math.min(won, cancelAt)) break;
    began.push([i, next]);
    const end = ends(i, next);
    if (hosts[i]?.ending === "connects" && end < won) [won, winner] = [end, i];
    next = hosts[i]?.ending === "fails" ? Math.min(end, next + delay) : next + delay;
  }

  const lastFailure = Math.max(...began.map(([i, at]) => ends(i, at)));
  const decided = Math.min(won, cancelAt, lastFailure);
  const undone = began.filter(([i, at]) => ends(i, at) > decided).map(([i]) => hosts[i]?.undo ?? 0);
  const endsAt = decided + Math.max(0, ...undone);
  if (decided === cancelAt) return { began, outcome: "cancelled", endsAt };
  if (winner === undefined) return { began, outcome: "failed", endsAt };
  return { began, outcome: endsAt < cancelAt ? "connected" : "connected or cancelled", winner, endsAt };
}

/** The indices of the hosts, in the order in which they are tried. */
export function byTurns(hosts: readonly Host[]): number[] {
  const indices = hosts.map((_, i) => i);
  const first = indices.filter((i) => hosts[i]?.family === hosts[0]?.family);
  const second = indices.filter((i) => hosts[i]?.family !== hosts[0]?.family);
  const order: number[] = [];
  while (first.length + second.length > 0) {
    for (const family of [first, second]) {
      const i = family.shift();
      if (i !== undefined) order.push(i);
    }
  }
  return order;
}
