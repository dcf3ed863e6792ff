import {
  CancelScope,
  CancelledError,
  currentTime,
  type DeadlineScope,
  ExceptionGroup,
  failAfter,
  InvalidStateError,
  moveOnAfter,
  run,
  shield,
  sleep,
  TimeoutError,
} from "@anyio/core";
import type { Scheduler } from "@anyio/core/lowlevel";
import { TaskCancelledError, type TaskGroup, type TaskHandle, withTaskGroup } from "@anyio/task-groups";
import { otherTasks } from "#support/other-tasks";
import { Recorder, type Step, type StepOf, type Trace } from "./program.js";
import { VirtualClock } from "./virtual-clock.js";

/** What the library makes of a program. */
export async function execute(program: Step, scheduler?: Scheduler & { readonly isBusy: boolean }): Promise<Trace> {
  const clock = new VirtualClock({ idleTurns: 3, isBusy: () => scheduler?.isBusy ?? false });
  const recorder = new Recorder();
  let outcome = "ok";
  try {
    await run(() => perform(program, { recorder, targets: [], tasks: [] }), {
      signals: [],
      backend: scheduler ? { clock, scheduler } : { clock },
    });
  } catch (error) {
    outcome = labelOf(error);
  }
  if (otherTasks().length > 0) outcome += ", but tasks are left";
  if (clock.scheduled > 0) outcome += ", but timers are left";
  return recorder.trace(outcome);
}

class Boom extends Error {}

interface Place {
  readonly recorder: Recorder;
  /** The scopes and groups around the step, innermost first. */
  readonly targets: readonly Target[];
  /** The tasks started before it, youngest first. */
  readonly tasks: readonly TaskHandle<unknown, unknown>[];
}

interface Target {
  readonly scope: DeadlineScope;
  readonly group: GroupUnderTest | null;
}

/** A group, and when each of its errors came. */
interface GroupUnderTest {
  readonly tg: TaskGroup;
  readonly failures: Map<unknown, number>;
}

/** Does what a task or a body does, and notes when it fails. */
async function watch<T>({ failures }: GroupUnderTest, fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    if (!failures.has(error)) failures.set(error, currentTime());
    throw error;
  }
}

async function perform(step: Step, place: Place): Promise<Place> {
  switch (step.kind) {
    case "sequence": {
      let here = place;
      for (const each of step.steps) here = await perform(each, here);
      return place;
    }
    case "scope":
      await performScope(step, place);
      return place;
    case "group":
      await performGroup(step, place);
      return place;
    case "guard":
      await performGuard(step, place);
      return place;
    case "sleep":
      await sleep(step.ms);
      note(place, `${step.id} slept`);
      return place;
    case "work":
    case "fail":
    case "cancel":
    case "setShield":
    case "setDeadline":
    case "result":
    case "cancelTask":
    case "startSoon":
    case "start":
      await work(step.ms);
      return act(step, place);
  }
}

type Block = "sequence" | "scope" | "group" | "guard" | "sleep";

async function act(step: Exclude<Step, { kind: Block }>, place: Place): Promise<Place> {
  switch (step.kind) {
    case "work":
      note(place, `${step.id} worked`);
      return place;
    case "fail":
      throw new Boom(`E${step.id}`);
    case "cancel":
      pick(
        place.targets.map(({ scope }) => scope).filter((scope) => scope instanceof CancelScope),
        step.target,
      )?.cancel();
      await work(step.ms / 4);
      return place;
    case "setShield": {
      const target = pick(place.targets, step.target);
      if (target) target.scope.shield = step.on;
      await work(step.ms / 4);
      return place;
    }
    case "setDeadline": {
      const target = pick(place.targets, step.target);
      if (target) target.scope.deadline = currentTime() + step.ahead;
      await work(step.ms / 4);
      return place;
    }
    case "result": {
      const task = pick(place.tasks, step.target);
      if (!task) return place;
      await unhurriedly(task.result(), step.ms / 4);
      note(place, `${step.id} has a result`);
      return place;
    }
    case "cancelTask":
      pick(place.tasks, step.target)?.cancel();
      await work(step.ms / 4);
      return place;
    case "startSoon":
      return performStartSoon(step, place);
    case "start":
      return performStart(step, place);
  }
}

function performStartSoon(step: StepOf<"startSoon">, place: Place): Place {
  const group = pickGroup(place, step.target);
  if (!group) return place;
  const task = group.tg.startSoon(
    () =>
      watch(group, async () => {
        await perform(step.body, place);
        note(place, `${step.id} ends`);
      }),
    { service: step.service },
  );
  place.recorder.task(step.id, () => task.status);
  return { ...place, tasks: [task, ...place.tasks] };
}

async function performStart(step: StepOf<"start">, place: Place): Promise<Place> {
  const group = pickGroup(place, step.target);
  if (!group) return place;
  const starting = group.tg.start<void, void>(
    async (status) => {
      const goOn = async (): Promise<void> => {
        await perform(step.after, place);
        note(place, `${step.id} ends`);
      };
      await perform(step.before, place);
      if (step.isSilent) return goOn();
      await work(step.ms / 2);
      status.started();
      note(place, `${step.id} started`);
      // Only from here on does the group fail with the task.
      return watch(group, goOn);
    },
    { service: step.service, returnHandle: true },
  );
  const task = await unhurriedly(starting, step.ms / 4);
  note(place, `${step.id} is ready`);
  place.recorder.task(step.id, () => task.status);
  return { ...place, tasks: [task, ...place.tasks] };
}

async function performGuard(step: StepOf<"guard">, place: Place): Promise<void> {
  try {
    await perform(step.body, place);
  } catch (error) {
    note(place, `${step.id} caught ${labelOf(error)}`);
    await work(step.ms);
    if (step.ending === "rethrow") throw error;
    if (step.ending === "replace") throw new Boom(`E${step.id}`);
  }
}

async function performScope(step: StepOf<"scope">, place: Place): Promise<void> {
  const body = (scope: DeadlineScope): Promise<Place> =>
    perform(step.body, { ...place, targets: [{ scope, group: null }, ...place.targets] });
  let value: unknown;
  if (step.type === "fail") value = await failAfter(step.ms, body);
  else if (step.type === "shield") value = await shield(body);
  else if (step.type === "moveOn") value = await moveOnAfter(step.ms, body);
  else value = await new CancelScope().run(body);
  note(place, `${step.id} ${value === undefined ? "caught its cancellation" : "left"}`);
}

async function performGroup(step: StepOf<"group">, place: Place): Promise<void> {
  const failures = new Map<unknown, number>();
  const body = (tg: TaskGroup): Promise<Place> => {
    const group = { tg, failures };
    return watch(group, () =>
      perform(step.body, { ...place, targets: [{ scope: tg.cancelScope, group }, ...place.targets] }),
    );
  };
  let value: Place | undefined;
  try {
    value = await withTaskGroup(body, { errors: step.wraps ? "group" : "natural" });
  } catch (error) {
    if (error instanceof ExceptionGroup && !failures.has(error)) orders.set(error, labelsInOrder(error, failures));
    throw error;
  }
  note(place, `${step.id} returned ${value === undefined ? "nothing" : "a value"}`);
}

const orders = new WeakMap<ExceptionGroup, string[]>();

/** The members of a group as they are, but that those of one instant, whose order nobody promises, come in that of their texts. */
function labelsInOrder(group: ExceptionGroup, failures: ReadonlyMap<unknown, number>): string[] {
  const members = group.errors.map((error) => ({ label: labelOf(error), at: failures.get(error) ?? NaN }));
  const isSorted = members.every(({ at }, i) => i === 0 || at >= (members[i - 1]?.at ?? NaN));
  if (!isSorted) return ["out of order", ...members.map(({ label }) => label)];
  return members.toSorted((a, b) => a.at - b.at || (a.label < b.label ? -1 : 1)).map(({ label }) => label);
}

/** Waits for a task, and takes time before it goes on. */
async function unhurriedly<T>(promise: Promise<T>, ms: number): Promise<T> {
  try {
    return await promise;
  } finally {
    await work(ms);
  }
}

function work(ms: number): Promise<void> {
  return shield(() => sleep(ms));
}

function note({ recorder }: Place, text: string): void {
  recorder.note(currentTime(), text);
}

function labelOf(error: unknown): string {
  if (error instanceof ExceptionGroup) {
    const first: unknown = error.errors[0];
    const labels = orders.get(error) ?? error.errors.map(labelOf);
    return `[${labels.join(", ")}]${error.cause === first ? "" : " of another cause"}`;
  }
  if (error instanceof CancelledError) return "C";
  if (error instanceof TimeoutError) return "Timeout";
  if (error instanceof InvalidStateError) return "InvalidState";
  if (error instanceof TaskCancelledError) return "TaskCancelled";
  return error instanceof Boom ? error.message : String(error);
}

function pick<T>(from: readonly T[], index: number): T | undefined {
  return from[index % from.length];
}

function pickGroup(place: Place, index: number): GroupUnderTest | undefined {
  return (
    pick(
      place.targets.filter(({ group }) => group !== null),
      index,
    )?.group ?? undefined
  );
}
