import type { Witness } from "../witness.js";
import type { TaskNode } from "./task-node.js";

/** Somebody who is told of what happens in a scope; null where nobody is. */
export interface Watch {
  readonly witness: Witness<TaskNode> | null;
}

/** Who wants to know what goes on, and what is remembered for them. One for the process: copies of this package share one tree. */
interface Tracing {
  /** How many want debug mode. */
  debug: number;
  /** Those that go on. */
  readonly watches: Set<Watch>;
}

const KEY = Symbol.for("@anyio/core/v1/tracing");

export const tracing: Tracing = ((globalThis as { [KEY]?: Tracing })[KEY] ??= {
  debug: 0,
  watches: new Set(),
});
