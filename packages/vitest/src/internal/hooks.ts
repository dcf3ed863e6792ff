import { dumpTasks, getCurrentTask, getRunningTasks, run } from "@anyio/core";
import { Attempt, type TestCase } from "./attempt.js";
import { bounded, type Observer } from "./bounded.js";
import { type Collector, type Declare, declareTest } from "./declare.js";
import { disguised } from "./disguised.js";
import { shared } from "./shared.js";
import { shown } from "./shown.js";
import { addNote, isTimeout } from "./timeout-error.js";

/** The part of vitest's collectors of suites that auto mode stands in front of. */
export interface SuiteCollector extends Collector {
  readonly type: string;
  test: { readonly fn: Declare };
  on(name: HookName, ...hooks: Hook[]): void;
}

type HookName = "beforeAll" | "afterAll" | "beforeEach" | "afterEach" | "aroundEach" | "aroundAll";
type Hook = (...args: unknown[]) => unknown;
interface Context {
  readonly task: TestCase;
}

/** Has every test that is declared in a suite, and every hook, run in a scope; and so in the suites inside it. */
export function scopeSuite(collector: SuiteCollector): void {
  if (shared.patched.has(collector)) return;
  shared.patched.add(collector);

  const { test, tasks } = collector;
  const declare = test.fn;
  const scoped: Declare = function (...call) {
    declareTest(collector, declare, this, ...call);
  };
  collector.test = Object.create(test, { fn: { value: scoped } }) as typeof test;

  const on = collector.on.bind(collector);
  const inScope = (hook: Hook, name: HookName): Hook =>
    shared.scoped.has(hook) ? hook : disguised(hook, SCOPED[name](hook, name));
  collector.on = (name, ...hooks) => on(name, ...hooks.map((hook) => inScope(hook, name)));

  const push = tasks.push.bind(tasks);
  const pushScoped = (...added: object[]): number => {
    for (const task of added as { type?: string }[]) if (task.type === "collector") scopeSuite(task as SuiteCollector);
    return push(...added);
  };
  Object.defineProperty(tasks, "push", { value: pushScoped });
}

/** The hook that opens the attempts. It comes before all others, and takes no fixtures: they belong to the attempt. */
export function openAttempts(collector: SuiteCollector): void {
  const open = (runTest: () => Promise<void>, { task }: Context): Promise<void> => new Attempt(task).during(runTest);
  shared.scoped.add(open);
  // What the attempt waits for is bounded by itself.
  collector.on("aroundEach", Object.assign(open as Hook, { [Symbol.for("VITEST_AROUND_TIMEOUT")]: 0 }));
}

const SCOPED: Record<HookName, (hook: Hook, name: HookName) => Hook> = {
  beforeAll: ofSuite,
  afterAll: ofSuite,
  aroundAll: ofSuite,
  beforeEach: (hook, name) => ofTest(hook, name, 0),
  afterEach: (hook, name) => ofTest(hook, name, 0),
  aroundEach: (hook, name) => ofTest(hook, name, 1),
};

/** @param index where in its arguments the hook finds the test's context */
function ofTest(hook: Hook, name: HookName, index: number): Hook {
  return async (...args) => {
    const attempt = Attempt.of((args[index] as Context).task);
    if (attempt === undefined) return hook(...args);
    const result = await attempt.hook(name, () => hook(...args));
    return typeof result === "function" ? () => attempt.hook(`cleanup of ${name}`, result as Hook) : result;
  };
}

function ofSuite(hook: Hook, name: HookName): Hook {
  return async (...args) => {
    const result = await ofItsOwn(name, () => hook(...args));
    return typeof result === "function" ? () => ofItsOwn(`cleanup of ${name}`, result as Hook) : result;
  };
}

/** Runs a suite's hook as a task of its own. */
async function ofItsOwn(name: string, fn: () => unknown): Promise<unknown> {
  const observer = new SuiteHook();
  const body = async (): Promise<unknown> => {
    observer.taskId = getCurrentTask().id;
    try {
      return await fn();
    } catch (error) {
      if (isTimeout(error)) addNote(error, `What its tasks were doing:\n${observer.dump()}`);
      throw error;
    }
  };
  try {
    return await bounded((inner) => run(inner, { name, signals: [] }), body, observer);
  } catch (error) {
    throw shown(error);
  }
}

class SuiteHook implements Observer {
  taskId = 0;
  isAbandoned = false;

  isOurs(): boolean {
    return getRunningTasks().some(({ id, waitingFor }) => id === this.taskId && waitingFor !== null);
  }

  dump(): string {
    return dumpTasks();
  }
}
