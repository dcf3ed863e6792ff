import { Recorder, type Step, type StepOf, type Trace } from "./program.js";

/**
 * What the rules say of a program: a plain interpreter over virtual time that shares nothing with the library. Slow and
 * simple: whether a scope is cancelled is found out by walking up, and a change looks at every pending operation.
 */
export function predict(program: Step): Trace {
  const world = new World();
  const main = new Scope(world.root);
  let outcome = "stuck";
  world.spawn(
    main,
    function* () {
      yield* perform(world, { scope: main, targets: [], tasks: [] }, program);
    },
    (failed, error) => (outcome = failed ? labelOf(error) : "ok"),
  );
  world.runToEnd();
  return world.recorder.trace(outcome);
}

/** An error of the model. Cancellations are made anew for each delivery, as ours are. */
interface ModelError {
  readonly label: string;
  readonly isCancellation?: boolean;
  readonly members?: readonly ModelError[];
}

function labelOf(error: ModelError): string {
  return error.members ? `[${error.members.map(labelOf).join(", ")}]` : error.label;
}

function groupOf(members: readonly ModelError[]): ModelError {
  return { label: "group", members };
}

/** The errors of a group in order of failure; those of one instant, whose order nobody promises, in that of their texts. */
function inOrder(failures: ReadonlyMap<ModelError, number>): ModelError[] {
  const byText = [...failures].toSorted(([a], [b]) => (labelOf(a) < labelOf(b) ? -1 : 1));
  return byText.toSorted(([, a], [, b]) => a - b).map(([error]) => error);
}

/** The error without the cancellations in it; undefined where it is nothing else. */
function purged(error: ModelError): ModelError | undefined {
  if (error.isCancellation) return undefined;
  if (!error.members) return error;
  const rest = error.members.map(purged).filter((member) => member !== undefined);
  if (rest.length <= 1) return error.members.length === 1 ? rest[0] && error : rest[0];
  return rest.every((member, i) => member === error.members?.[i]) ? error : groupOf(rest);
}

class Scope {
  cancelled = false;
  shield = false;
  exited = false;
  deadline = Infinity;

  constructor(public parent: Scope | null) {}

  /** Whether a cancellation is visible from here. */
  get isStruck(): boolean {
    return this.cancelled || this.isStruckFromOutside;
  }

  get isStruckFromOutside(): boolean {
    return !this.shield && this.parent !== null && this.parent.isStruck;
  }
}

type Resume = (failed: boolean, value?: ModelError) => void;

/** Something that a coroutine waits for. */
interface Wait {
  /** Where it can be cancelled; null where it cannot. */
  readonly scope: Scope | null;
  readonly begin: (resume: Resume) => void;
}

type Coroutine = Generator<Wait, void, void>;

class World {
  readonly root = new Scope(null);
  readonly recorder = new Recorder();
  now = 0;
  #timers: { at: number; fire: () => void }[] = [];
  #pending: { scope: Scope; strike: () => void }[] = [];
  #ready: (() => void)[] = [];

  spawn(_scope: Scope, body: () => Coroutine, ended: (failed: boolean, error: ModelError) => void): void {
    const coroutine = body();
    const advance = (failed: boolean, error?: ModelError): void => {
      try {
        const { done, value } = failed ? coroutine.throw(error) : coroutine.next();
        if (done) ended(false, { label: "none" });
        else this.#block(value, advance);
      } catch (thrown) {
        if (thrown instanceof Error) throw thrown;
        ended(true, thrown as ModelError);
      }
    };
    this.#ready.push(() => advance(false));
  }

  at(time: number, fire: () => void): void {
    this.#timers.push({ at: time, fire });
  }

  note(text: string): void {
    this.recorder.note(this.now, text);
  }

  /** Interrupts what has come to be in a cancelled scope. Call it after every change. */
  strike(): void {
    const struck = this.#pending.filter(({ scope }) => scope.isStruck);
    for (const { strike } of struck) strike();
  }

  runToEnd(): void {
    for (;;) {
      for (let next = this.#ready.shift(); next; next = this.#ready.shift()) next();
      if (this.#timers.length === 0) return;
      const at = Math.min(...this.#timers.map((timer) => timer.at));
      const due = this.#timers.filter((timer) => timer.at === at);
      this.#timers = this.#timers.filter((timer) => timer.at !== at);
      this.now = Math.max(this.now, at);
      for (const { fire } of due) fire();
    }
  }

  #block({ scope, begin }: Wait, advance: Resume): void {
    let isOver = false;
    const entry = { scope: scope as Scope, strike: () => finish(true, { label: "C", isCancellation: true }) };
    const finish: Resume = (failed, value) => {
      if (isOver) return;
      isOver = true;
      this.#pending = this.#pending.filter((other) => other !== entry);
      this.#ready.push(() => advance(failed, value));
    };
    if (scope?.isStruck) return entry.strike();
    if (scope) this.#pending.push(entry);
    begin(finish);
  }
}

/** What a step sees. */
interface Place {
  readonly scope: Scope;
  /** The scopes and groups around it, innermost first. */
  readonly targets: readonly Target[];
  /** The tasks started before it, youngest first. */
  readonly tasks: readonly Task[];
}

interface Target {
  readonly scope: Scope;
  readonly group: Group | null;
  readonly canCancel: boolean;
}

class Group {
  /** When each error came. */
  readonly failures = new Map<ModelError, number>();
  wasInterrupted = false;
  running = 0;
  services: Task[] = [];
  hasEnded = false;
  changed: () => void = () => {};

  constructor(
    readonly world: World,
    readonly scope: Scope,
  ) {}

  fail(error: ModelError): void {
    if (!this.failures.has(error)) this.failures.set(error, this.world.now);
    this.scope.cancelled = true;
    this.world.strike();
  }
}

class Task {
  outcome: "pending" | "finished" | "cancelled" | "failed" = "pending";
  error: ModelError | undefined;
  starter: Resume | null = null;
  /** Whether it keeps its group open before it is ready: not where it was started from within one of the group's services. */
  holds = true;
  waiters: Resume[] = [];

  constructor(
    readonly scope: Scope,
    readonly group: Group,
    readonly isService: boolean,
  ) {}

  admit(): void {
    if (this.isService) this.group.services.push(this);
    else this.group.running++;
  }

  begin(world: World, body: () => Coroutine): void {
    world.spawn(this.scope, body, (failed, error) => this.#ended(failed, error));
  }

  tell(resume: Resume): void {
    if (this.outcome === "finished") resume(false);
    else resume(true, this.outcome === "failed" ? this.error : { label: "TaskCancelled" });
  }

  #ended(failed: boolean, error: ModelError): void {
    const { group, scope } = this;
    const rest = failed && scope.isStruck ? purged(error) : error;
    this.outcome = !failed ? "finished" : rest ? "failed" : "cancelled";
    this.error = failed ? rest : undefined;
    const fromOutside = scope.isStruckFromOutside;
    scope.exited = true;
    for (const waiter of this.waiters) this.tell(waiter);
    if (this.starter !== null) {
      this.starter(true, failed ? (rest ?? error) : { label: "InvalidState" });
      if (this.holds) group.running--;
    } else {
      if (this.isService) group.services = group.services.filter((other) => other !== this);
      else group.running--;
      if (failed && rest) group.fail(rest);
      else if (failed && fromOutside) group.wasInterrupted = true;
    }
    group.changed();
  }
}

function* perform(world: World, place: Place, step: Step): Generator<Wait, Place, void> {
  switch (step.kind) {
    case "sequence": {
      let here = place;
      for (const each of step.steps) here = yield* perform(world, here, each);
      return place;
    }
    case "scope":
      yield* performScope(world, place, step);
      return place;
    case "group":
      yield* performGroup(world, place, step);
      return place;
    case "guard":
      yield* performGuard(world, place, step);
      return place;
    case "sleep":
      yield pause(world, step.ms, place.scope);
      world.note(`${step.id} slept`);
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
      yield pause(world, step.ms, null);
      return yield* act(world, place, step);
  }
}

type Block = "sequence" | "scope" | "group" | "guard" | "sleep";

function* act(world: World, place: Place, step: Exclude<Step, { kind: Block }>): Generator<Wait, Place, void> {
  switch (step.kind) {
    case "work":
      world.note(`${step.id} worked`);
      return place;
    case "fail":
      throw { label: `E${step.id}` } satisfies ModelError;
    case "cancel": {
      const target = pick(
        place.targets.filter(({ canCancel }) => canCancel),
        step.target,
      );
      if (target && !target.scope.exited) target.scope.cancelled = true;
      world.strike();
      yield pause(world, step.ms / 4, null);
      return place;
    }
    case "setShield": {
      const target = pick(place.targets, step.target);
      if (target) target.scope.shield = step.on;
      world.strike();
      yield pause(world, step.ms / 4, null);
      return place;
    }
    case "setDeadline": {
      const target = pick(place.targets, step.target);
      if (target) setDeadline(world, target.scope, world.now + step.ahead);
      yield pause(world, step.ms / 4, null);
      return place;
    }
    case "result": {
      const task = pick(place.tasks, step.target);
      if (!task) return place;
      const { scope } = place;
      try {
        yield {
          scope,
          begin: (resume) => (task.outcome === "pending" ? task.waiters.push(resume) : task.tell(resume)),
        };
      } finally {
        yield pause(world, step.ms / 4, null);
      }
      world.note(`${step.id} has a result`);
      return place;
    }
    case "cancelTask": {
      const task = pick(place.tasks, step.target);
      if (task && !task.scope.exited) task.scope.cancelled = true;
      world.strike();
      yield pause(world, step.ms / 4, null);
      return place;
    }
    case "startSoon":
      return performStartSoon(world, place, step);
    case "start":
      return yield* performStart(world, place, step);
  }
}

function performStartSoon(world: World, place: Place, step: StepOf<"startSoon">): Place {
  const group = pickGroup(place, step.target);
  if (!group) return place;
  checkOpen(group);
  const task = new Task(new Scope(group.scope), group, step.service);
  world.recorder.task(step.id, () => task.outcome);
  task.admit();
  task.begin(world, function* () {
    yield* perform(world, { ...place, scope: task.scope }, step.body);
    world.note(`${step.id} ends`);
  });
  return { ...place, tasks: [task, ...place.tasks] };
}

function* performStart(world: World, place: Place, step: StepOf<"start">): Generator<Wait, Place, void> {
  const group = pickGroup(place, step.target);
  if (!group) return place;
  const task = new Task(new Scope(place.scope), group, step.service);
  for (let scope: Scope | null = place.scope; scope; scope = scope.parent) {
    if (group.services.some((service) => service.scope === scope)) task.holds = false;
  }
  try {
    checkOpen(group);
    if (task.holds) group.running++;
    yield {
      scope: null,
      begin: (resume) => {
        task.starter = resume;
        task.begin(world, function* () {
          const inside = { ...place, scope: task.scope };
          yield* perform(world, inside, step.before);
          if (!step.isSilent) {
            yield pause(world, step.ms / 2, null);
            task.starter = null;
            task.scope.parent = group.scope;
            if (task.holds) group.running--;
            task.admit();
            world.note(`${step.id} started`);
            resume(false);
            group.changed();
            world.strike();
          }
          yield* perform(world, inside, step.after);
          world.note(`${step.id} ends`);
        });
      },
    };
  } finally {
    yield pause(world, step.ms / 4, null);
  }
  world.note(`${step.id} is ready`);
  world.recorder.task(step.id, () => task.outcome);
  return { ...place, tasks: [task, ...place.tasks] };
}

function* performGuard(world: World, place: Place, step: StepOf<"guard">): Generator<Wait, void, void> {
  try {
    yield* perform(world, place, step.body);
  } catch (error) {
    world.note(`${step.id} caught ${labelOf(error as ModelError)}`);
    yield pause(world, step.ms, null);
    if (step.ending === "rethrow") throw error;
    if (step.ending === "replace") throw { label: `E${step.id}` } satisfies ModelError;
  }
}

function* performScope(world: World, place: Place, step: StepOf<"scope">): Generator<Wait, void, void> {
  const { type } = step;
  const scope = new Scope(place.scope);
  scope.shield = type === "shield";
  if (type === "moveOn" || type === "fail") setDeadline(world, scope, world.now + step.ms);
  const canCancel = type === "plain" || type === "moveOn";
  let how = "left";
  try {
    yield* perform(
      world,
      { ...place, scope, targets: [{ scope, group: null, canCancel }, ...place.targets] },
      step.body,
    );
  } catch (thrown) {
    const error = thrown as ModelError;
    if (!scope.cancelled || scope.isStruckFromOutside) throw error;
    const rest = purged(error);
    if (rest) throw rest;
    // A deadline that was set on a shield turns it into a `failAfter`.
    if (type === "fail" || type === "shield") throw { label: "Timeout" } satisfies ModelError;
    how = "caught its cancellation";
  } finally {
    scope.exited = true;
  }
  world.note(`${step.id} ${how}`);
}

function* performGroup(world: World, place: Place, step: StepOf<"group">): Generator<Wait, void, void> {
  const scope = new Scope(place.scope);
  const group = new Group(world, scope);
  let how = "returned a value";
  try {
    yield* perform(
      world,
      { ...place, scope, targets: [{ scope, group, canCancel: true }, ...place.targets] },
      step.body,
    );
  } catch (thrown) {
    const rest = scope.isStruck ? purged(thrown as ModelError) : (thrown as ModelError);
    how = "returned nothing";
    if (rest) group.fail(rest);
    else group.wasInterrupted = true;
  }
  yield whenever(group, () => group.running === 0);
  for (let service = group.services.at(-1); service; service = group.services.at(-1)) {
    service.scope.cancelled = true;
    world.strike();
    const last = service;
    yield whenever(group, () => last.outcome !== "pending" && group.running === 0);
  }
  group.hasEnded = true;
  scope.exited = true;
  const failures = inOrder(group.failures);
  if (failures.length > 0) throw failures.length > 1 || step.wraps ? groupOf(failures) : failures[0];
  if (group.wasInterrupted && (!scope.cancelled || scope.isStruckFromOutside)) {
    throw { label: "C", isCancellation: true } satisfies ModelError;
  }
  world.note(`${step.id} ${how}`);
}

/** Waits until a group is in some state. */
function whenever(group: Group, isTrue: () => boolean): Wait {
  return {
    scope: null,
    begin: (resume) => {
      group.changed = () => isTrue() && resume(false);
      group.changed();
    },
  };
}

function pause(world: World, ms: number, scope: Scope | null): Wait {
  return { scope, begin: (resume) => world.at(world.now + ms, () => resume(false)) };
}

function setDeadline(world: World, scope: Scope, at: number): void {
  if (scope.exited) return;
  scope.deadline = at;
  const expire = (): void => {
    if (scope.deadline !== at || scope.exited) return;
    scope.cancelled = true;
    world.strike();
  };
  if (at <= world.now) expire();
  else world.at(at, expire);
}

function pick<T>(from: readonly T[], index: number): T | undefined {
  return from[index % from.length];
}

function pickGroup(place: Place, index: number): Group | undefined {
  const group = pick(
    place.targets.filter((target) => target.group !== null),
    index,
  )?.group;
  return group ?? undefined;
}

function checkOpen({ hasEnded }: Group): void {
  if (hasEnded) throw { label: "InvalidState" } satisfies ModelError;
}
