import { cancelTurn, inNextTurn, sleepBriefly, wakeEarly } from "./event-loop.js";
import type { Operation, ScopeNode } from "./scope-tree.js";
import { dependentsOf } from "./scope-tree.js";

/** By what one tells from outside whether anything goes on in the runs that share a clock. */
export class Pulse {
  /** Counts whatever begins or completes. */
  activity = 0;
  /** How much is under way that ends by itself, and not in virtual time: system calls, threads, processes. */
  inFlight = 0;
  /** The waits for somebody else's work. */
  readonly foreign = new Set<Operation>();

  /** Whether it is the real world's turn. */
  get isHeld(): boolean {
    return this.inFlight > 0 || [...this.foreign].some(({ parent }) => hasNothingElse(parent));
  }
}

/** Calls back once nothing has begun or completed for two turns of the event loop; where told, not while it is the real world's turn. */
export function onceStill(pulse: Pulse, yieldsToTheWorld: boolean, callback: () => void): () => void {
  let seen = -1;
  let idleTurns = 0;
  let heldTurns = 0;
  let cancel: () => void;
  const look = (): void => {
    const isHeld = yieldsToTheWorld && pulse.isHeld;
    heldTurns = isHeld ? heldTurns + 1 : 0;
    idleTurns = pulse.activity === seen && !isHeld ? idleTurns + 1 : 0;
    seen = pulse.activity;
    if (idleTurns === IDLE_TURNS) callback();
    else lookLater();
  };
  const lookLater = (): void => {
    // The world may take its time: to look in every turn would take all of a processor.
    if (heldTurns > SHORT) {
      const timer = sleepBriefly(look, 1);
      cancel = () => wakeEarly(timer);
    } else {
      const timer = inNextTurn(look);
      cancel = () => cancelTurn(timer);
    }
  };
  lookLater();
  return () => cancel();
}

const IDLE_TURNS = 2;
const SHORT = 16;

// Somebody else's work may be code that uses this library, and then waits for its time: a generator that sleeps, say.
function hasNothingElse(scope: ScopeNode): boolean {
  for (const item of dependentsOf(scope)) if (item.isScope || !item.isForeign) return false;
  return true;
}
