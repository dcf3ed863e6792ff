import { CancelScope, InvalidStateError, run } from "@anyio/core";
import { bindScope } from "@anyio/core/lowlevel";
import { Condition } from "@anyio/sync";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { skipExplored } from "#support/explored";
import { check } from "#support/property";
import { SeededScheduler } from "#support/seeded-scheduler";
import { turn } from "#support/turn";
import { remove } from "./support/permit-model.js";

const user = fc.nat({ max: 5 });
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("acquire" as const), user }) },
    { weight: 6, arbitrary: fc.constant({ kind: "wait" as const }) },
    { weight: 3, arbitrary: fc.constant({ kind: "giveBack" as const }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("notify" as const), count: fc.nat({ max: 3 }) }) },
    { weight: 1, arbitrary: fc.constant({ kind: "notifyAll" as const }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), user }) },
    { weight: 6, arbitrary: fc.constant({ kind: "settle" as const }) },
  ),
  { maxLength: 60, size: "max" },
);
type Steps = typeof steps extends fc.Arbitrary<infer S> ? S : never;

describe("Condition", () => {
  it("loses and doubles no notification, and keeps the order, under any schedule", { timeout: 60_000 }, async () => {
    skipExplored("it has schedulers of its own");
    const property = fc.asyncProperty(steps, fc.integer(), (steps, seed) => {
      const scheduler = new SeededScheduler(seed);
      return run(() => execute(steps, scheduler), { signals: [], backend: { scheduler } });
    });

    await check(property, 1000);
  });
});

/** One who uses the condition, in a scope of its own. */
interface User {
  readonly scope: CancelScope;
  readonly end: () => void;
  readonly ended: Promise<unknown>;
  /** Calls in the user's scope. */
  readonly call: (fn: () => Promise<void>) => void;
  lease: Disposable | null;
  refusals: number;
}

/** What a condition has to do, in the plainest of words. */
class Model {
  holder: number | null = null;
  /** In line for the lock, with what each is told when it has it. */
  readonly line: { user: number; tell: string }[] = [];
  readonly sleepers: number[] = [];
  readonly log: string[] = [];

  queue(user: number, tell: string): void {
    this.line.push({ user, tell });
    if (this.holder === null) this.next();
  }

  next(): void {
    const head = this.line.shift();
    this.holder = head?.user ?? null;
    if (head !== undefined) this.log.push(`${head.user} ${head.tell}`);
  }

  notify(count: number): void {
    for (const user of this.sleepers.splice(0, count)) this.queue(user, "was notified");
  }
}

async function execute(steps: Steps, scheduler: SeededScheduler): Promise<void> {
  const condition = new Condition();
  const model = new Model();
  const log: string[] = [];
  const users = Array.from({ length: 6 }, () => makeUser());

  const settle = async (): Promise<void> => {
    do await turn();
    while (scheduler.isBusy);
    await turn();
    expect(log).toEqual(model.log);
  };

  const acquire = (id: number): void => {
    const user = users[id];
    const isBusy = model.holder === id || model.sleepers.includes(id) || model.line.some(({ user }) => user === id);
    if (user === undefined || isBusy || user.scope.cancelCalled) return;
    user.call(async () => {
      try {
        user.lease = await condition.acquire();
        log.push(`${id} entered`);
      } catch {
        log.push(`${id} gave up`);
      }
    });
    model.queue(id, "entered");
  };

  const wait = (id: number): void => {
    const user = users[id];
    if (user === undefined) return;
    user.call(async () => {
      try {
        await condition.wait();
        log.push(`${id} was notified`);
      } catch {
        log.push(`${id} was cancelled`);
      }
    });
    if (user.scope.cancelCalled) model.log.push(`${id} was cancelled`);
    else {
      model.sleepers.push(id);
      model.next();
    }
  };

  // Who goes on for long after it was cancelled is told ever later.
  const isHeard = (id: number): boolean => {
    const user = users[id];
    return user !== undefined && !(user.scope.cancelCalled && ++user.refusals > 10);
  };

  const cancel = (id: number): void => {
    users[id]?.scope.cancel();
    if (model.sleepers.includes(id)) {
      remove(model.sleepers, id);
      model.queue(id, "was cancelled");
    }
    const at = model.line.findIndex(({ user, tell }) => user === id && tell === "entered");
    if (at < 0) return;
    model.line.splice(at, 1);
    model.log.push(`${id} gave up`);
  };

  const giveBack = (id: number): void => {
    users[id]?.lease?.[Symbol.dispose]();
    model.next();
  };

  const step = async (each: Steps[number]): Promise<void> => {
    const { holder } = model;
    if (each.kind === "acquire") acquire(each.user);
    else if (each.kind === "cancel") {
      // In which order several of them are told is the schedule's affair.
      await settle();
      cancel(each.user);
      await settle();
    } else if (each.kind === "notify" || each.kind === "notifyAll") {
      const notify = () => (each.kind === "notify" ? condition.notify(each.count) : condition.notifyAll());
      if (holder === null) expect(notify).toThrow(InvalidStateError);
      else {
        notify();
        model.notify(each.kind === "notify" ? each.count : Infinity);
      }
    } else if (each.kind === "settle") await settle();
    else if (holder !== null) {
      // Only who was told that it has the lock does anything with it.
      await settle();
      if (each.kind === "wait" && isHeard(holder)) wait(holder);
      else giveBack(holder);
    }
    const { tasksWaiting, lockStatistics } = condition.statistics();
    expect([tasksWaiting, lockStatistics.tasksWaiting, lockStatistics.locked]).toEqual([
      model.sleepers.length,
      model.line.length,
      model.holder !== null,
    ]);
  };

  try {
    for (const each of steps) await step(each);
    // Everybody leaves: the lock must be free at last, and nobody be left.
    for (const id of users.keys()) await step({ kind: "cancel", user: id });
    while (model.holder !== null) await step({ kind: "giveBack" });
    await settle();
  } finally {
    for (const { end, scope } of users) {
      scope.cancel();
      end();
    }
    // Where it went wrong, somebody may still be in line.
    for (let i = 0; i < users.length; i++) {
      if (condition.locked) condition.release();
      await turn();
    }
  }
  await Promise.all(users.map(({ ended }) => ended));
  expect(condition.statistics()).toEqual({
    tasksWaiting: 0,
    lockStatistics: { locked: false, owner: null, tasksWaiting: 0 },
  });
}

function makeUser(): User {
  const scope = new CancelScope();
  let end = (): void => {};
  let call: User["call"] = () => {};
  const ended = scope.run(() => {
    call = bindScope((fn: () => Promise<void>) => void fn());
    return new Promise<void>((resolve) => (end = resolve));
  });
  return { scope, end: () => end(), ended, call, lease: null, refusals: 0 };
}
