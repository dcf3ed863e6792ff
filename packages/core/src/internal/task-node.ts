import type { Clock } from "../backend.js";
import type { Pulse } from "./pulse.js";
import { ScopeNode } from "./scope-tree.js";
import type { Turns } from "./turns.js";

/** What all tasks of one `run()` share. */
export interface RunState {
  readonly clock: Clock;
  readonly turns: Turns;
  /** Values of `RunVar`s; made with the first of them. */
  vars: Map<object, unknown> | null;
  /** Tells a run in which all is parked from a busy one. */
  readonly pulse: Pulse;
}

/** A task is a scope that a flow of control of its own runs in. */
export abstract class TaskNode extends ScopeNode {
  /** When it was made, in whole ms of its run's clock: a fraction would cost each task an object of its own. */
  readonly since: number;

  constructor(
    parent: ScopeNode | null,
    readonly run: RunState,
    readonly id: number,
    name: string | undefined,
  ) {
    // A task is its own; `super` has to come before `this`.
    super(parent as ScopeNode, null as unknown as TaskNode, name);
    this.task = this;
    this.since = Math.floor(run.clock.now());
  }

  /** Whether the task that made it waits for its end. */
  get isAwaited(): boolean {
    return false;
  }

  /** What people call it. */
  get label(): string {
    return this.name ?? `task ${this.id}`;
  }
}

/** What code outside every other task belongs to: never cancelled, never left. It is its own parent. */
export class RootTask extends TaskNode {
  constructor(run: RunState) {
    super(null, run, 0, "root");
    this.parent = this;
    this.state = "open";
  }

  override conclude(): void {}
}
