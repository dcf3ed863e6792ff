import { CancelScope, getCurrentTask, run } from "@anyio/core";
import { inject } from "vitest";
import { Attempt, type TestCase } from "./attempt.js";
import { bounded, type Observer } from "./bounded.js";
import { type Collector, type Declare, declareTest } from "./declare.js";
import { disguised } from "./disguised.js";
import { withLeaks, withoutLeaks } from "./leaks.js";
import { shared } from "./shared.js";
import { shown } from "./shown.js";
import { dumpOf, waitsForOurs } from "./tasks.js";
import { cancelledAtTimeout } from "./timeout-error.js";

/** The part of vitest's collectors of suites that auto mode stands in front of. */
export interface SuiteCollector extends Collector {
  readonly type: string;
  readonly file: { readonly name: string };
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

/**
 * The hooks around a file and around each attempt at one of its tests. They come before all others, and take no fixtures: those
 * belong to the attempt.
 */
export function openFile(collector: SuiteCollector): void {
  const file = new Unowned();
  const whole = (runFile: () => Promise<void>): Promise<unknown> =>
    inTask(collector.file.name, file, inject("@anyio/vitest")?.leaks === false ? withLeaks : withoutLeaks, runFile);
  const attempt = async (runTest: () => Promise<void>, { task }: Context): Promise<void> => {
    const attempt = new Attempt(task, "around");
    try {
      await attempt.during(runTest);
    } finally {
      // The file then has what it can't wait for either.
      file.isAbandoned ||= attempt.isAbandoned;
    }
  };
  collector.on("aroundAll", unbounded(whole as Hook));
  collector.on("aroundEach", unbounded(attempt as Hook));
}

/** A hook of ours: it is in no scope but those it opens, and vitest need not watch the clock. */
function unbounded(hook: Hook): Hook {
  shared.scoped.add(hook);
  return Object.assign(hook, { [Symbol.for("VITEST_AROUND_TIMEOUT")]: 0 });
}

const SCOPED: Record<HookName, (hook: Hook, name: HookName) => Hook> = {
  beforeAll: ofSuite,
  afterAll: ofSuite,
  aroundAll: ofSuite,
  beforeEach: ofTest,
  afterEach: ofTest,
  aroundEach: aroundTest,
};

function aroundTest(hook: Hook, name: HookName): Hook {
  return (runTest, context, ...rest) => {
    const attempt = Attempt.of((context as Context).task);
    if (attempt === undefined) return hook(runTest, context, ...rest);
    return attempt.hook(name, (scope) => {
      const runWithin = async (): Promise<void> => {
        await (runTest as () => Promise<void>)();
        // What comes after the test is cleanup.
        scope.shield = attempt.hasFailed;
      };
      return hook(runWithin, context, ...rest);
    });
  };
}

function ofTest(hook: Hook, name: HookName): Hook {
  return async (context, ...rest) => {
    const attempt = Attempt.of((context as Context).task);
    if (attempt === undefined) return hook(context, ...rest);
    const result = await attempt.hook(name, () => hook(context, ...rest));
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
function ofItsOwn(name: string, fn: () => unknown): Promise<unknown> {
  const observer = new Unowned();
  return inTask(
    name,
    observer,
    (body) => {
      const scope = new CancelScope({ name });
      return scope.run(() => cancelledAtTimeout(scope, body, observer));
    },
    fn,
  );
}

type Open = (body: () => Promise<unknown>) => Promise<unknown>;

async function inTask(name: string, observer: Unowned, open: Open, fn: () => unknown): Promise<unknown> {
  const main = (body: () => Promise<unknown>): Promise<unknown> => {
    observer.taskId = getCurrentTask().id;
    return open(body);
  };
  try {
    return await bounded((body) => run(() => main(body), { name, signals: [] }), fn, observer);
  } catch (error) {
    throw shown(error);
  }
}

/** A task that belongs to no test. */
class Unowned implements Observer {
  taskId = 0;
  isAbandoned = false;

  isOurs(): boolean {
    return waitsForOurs(this.taskId);
  }

  dump(): string {
    return dumpOf(this.taskId);
  }
}
