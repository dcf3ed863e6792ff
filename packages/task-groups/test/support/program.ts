import * as fc from "fast-check";

/**
 * Random programs: trees of groups, scopes, shields, deadlines, failures and cancellations.
 *
 * 1. Every step that acts (fails, cancels, starts, moves a deadline, …) first takes time of its own that no cancellation
 *    shortens. So does, before it goes on, whoever cancelled something or waited for a task. No two sums of times are
 *    alike. So each instant has one cause, and what that brings about does not depend on which task resumes first.
 * 2. Steps refer to scopes, groups and tasks around or before them by a number, modulo how many there are; a reference to
 *    nothing is a step that does nothing.
 * 3. Every program ends: there are no loops, and a task can wait for those only that were started before it.
 */
export type Step =
  /** Sleeps: a cancellation point. */
  | ({ readonly kind: "sleep" } & Timed)
  /** Takes time, out of reach of cancellation. */
  | ({ readonly kind: "work" } & Timed)
  | ({ readonly kind: "fail" } & Timed)
  | ({ readonly kind: "cancel"; readonly target: number } & Timed)
  | ({ readonly kind: "setShield"; readonly target: number; readonly on: boolean } & Timed)
  | ({ readonly kind: "setDeadline"; readonly target: number; readonly ahead: number } & Timed)
  | ({ readonly kind: "startSoon"; readonly target: number; readonly service: boolean; readonly body: Step } & Timed)
  | ({
      readonly kind: "start";
      readonly target: number;
      readonly service: boolean;
      readonly before: Step;
      readonly isSilent: boolean;
      readonly after: Step;
    } & Timed)
  | ({ readonly kind: "result"; readonly target: number } & Timed)
  | ({ readonly kind: "cancelTask"; readonly target: number } & Timed)
  | { readonly kind: "sequence"; readonly id: number; readonly steps: readonly Step[] }
  | ({ readonly kind: "guard"; readonly ending: "rethrow" | "swallow" | "replace"; readonly body: Step } & Timed)
  | ({ readonly kind: "scope"; readonly type: "plain" | "shield" | "moveOn" | "fail"; readonly body: Step } & Timed)
  | { readonly kind: "group"; readonly id: number; readonly wraps: boolean; readonly body: Step };

interface Timed {
  readonly id: number;
  readonly ms: number;
}

export type StepOf<K extends Step["kind"]> = Extract<Step, { kind: K }>;

/** What a program did, and what came of it. */
export interface Trace {
  /** Sorted by time; what happened at one instant is sorted by its text. */
  readonly events: readonly string[];
  /** How each task ended. */
  readonly tasks: readonly string[];
  readonly outcome: string;
}

/** Collects what happens. */
export class Recorder {
  readonly #events: [time: number, text: string][] = [];
  readonly #tasks: [id: number, statusOf: () => string][] = [];

  note(time: number, text: string): void {
    this.#events.push([time, text]);
  }

  task(id: number, statusOf: () => string): void {
    this.#tasks.push([id, statusOf]);
  }

  trace(outcome: string): Trace {
    const sorted = this.#events.toSorted(([a, x], [b, y]) => a - b || (x < y ? -1 : 1));
    const events = sorted.map(([time, text]) => `${time.toFixed(6)} ${text}`);
    const tasks = this.#tasks.toSorted(([a], [b]) => a - b).map(([id, statusOf]) => `${id} ${statusOf()}`);
    return { events, tasks, outcome };
  }
}

/** Programs with their steps numbered, and their times made unlike (1). */
export function programs(): fc.Arbitrary<Step> {
  const ms = fc.integer({ min: 1, max: 20 });
  const target = fc.nat({ max: 3 });
  const service = oneIn(3);
  const { step } = fc.letrec<{ step: Step; leaf: Step; block: Step }>((tie) => ({
    step: fc.oneof(
      { depthSize: "large", maxDepth: 7, withCrossShrink: true },
      { weight: 3, arbitrary: tie("leaf") },
      { weight: 5, arbitrary: tie("block") },
    ),
    leaf: fc.oneof(
      choice(14, "sleep", { ms }),
      choice(1, "work", { ms }),
      choice(1, "fail", { ms }),
      choice(1, "cancel", { ms, target }),
      choice(1, "setShield", { ms, target, on: fc.boolean() }),
      choice(1, "setDeadline", { ms, target, ahead: fc.integer({ min: -5, max: 30 }) }),
      choice(4, "result", { ms, target }),
      choice(2, "cancelTask", { ms, target }),
    ),
    block: fc.oneof(
      choice(5, "sequence", { steps: fc.array(tie("step"), { maxLength: 6, size: "max" }) }),
      choice(9, "startSoon", { ms, target, service, body: tie("step") }),
      choice(3, "start", { ms, target, service, before: tie("step"), isSilent: oneIn(5), after: tie("step") }),
      choice(4, "guard", { ms, ending: fc.constantFrom("rethrow", "swallow", "replace"), body: tie("step") }),
      choice(3, "scope", { ms, type: fc.constantFrom("plain", "shield", "moveOn", "fail"), body: tie("step") }),
      choice(5, "group", { wraps: oneIn(10), body: tie("step") }),
    ),
  }));
  // A group around most of it: many steps refer to one.
  const parts = fc.tuple(fc.array(step, { maxLength: 10, size: "max" }), fc.array(step, { maxLength: 2 }));
  return parts.map(([inner, outer]) => {
    const body: Step = { kind: "sequence", id: 0, steps: inner };
    return numbered({ kind: "sequence", id: 0, steps: [{ kind: "group", id: 0, wraps: false, body }, ...outer] });
  });
}

function choice(weight: number, kind: Step["kind"], fields: Record<string, fc.Arbitrary<unknown>>) {
  const arbitrary = fc.record({ kind: fc.constant(kind), id: fc.constant(0), ...fields });
  return { weight, arbitrary: arbitrary as fc.Arbitrary<unknown> as fc.Arbitrary<Step> };
}

function oneIn(n: number): fc.Arbitrary<boolean> {
  return fc.nat({ max: n - 1 }).map((i) => i === n - 1);
}

function numbered(program: Step): Step {
  let last = 0;
  const visit = (step: Step): Step => {
    const id = ++last;
    switch (step.kind) {
      case "sequence":
        return { ...step, id, steps: step.steps.map(visit) };
      case "group":
        return { ...step, id, body: visit(step.body) };
      case "startSoon":
      case "guard":
      case "scope":
        return { ...step, id, ms: step.ms + fractionOf(id), body: visit(step.body) };
      case "start":
        return { ...step, id, ms: step.ms + fractionOf(id), before: visit(step.before), after: visit(step.after) };
      case "setDeadline":
        return { ...step, id, ms: step.ms + fractionOf(id), ahead: step.ahead + fractionOf(-id) };
      case "sleep":
      case "work":
      case "fail":
      case "cancel":
      case "setShield":
      case "result":
      case "cancelTask":
        return { ...step, id, ms: step.ms + fractionOf(id) };
    }
  };
  return visit(program);
}

// 38 bits that look random: sums of a few hundred of them are exact, and no two are alike.
function fractionOf(id: number): number {
  const high = Math.imul(id, 0x9e3779b1) ^ Math.imul(id >>> 3, 0x85ebca6b);
  const low = Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return ((high >>> 0) * 64 + ((low >>> 0) & 63)) / 2 ** 38;
}
