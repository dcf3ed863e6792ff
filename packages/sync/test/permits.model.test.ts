import { CancelScope, InvalidStateError, run, WouldBlockError } from "@anyio/core";
import { CapacityLimiter, Lock, Semaphore } from "@anyio/sync";
import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { skipExplored } from "#support/explored";
import { check } from "#support/property";
import { SeededScheduler } from "#support/seeded-scheduler";
import { turn } from "#support/turn";
import { PermitModel } from "./support/permit-model.js";

/** What is tested, with what can be seen of it from outside. */
interface Subject {
  acquire(user: number): Promise<Disposable>;
  acquireNowait(user: number): Disposable;
  /** Ends the current lease, or gives back one permit, whoever took it. */
  release?: { kind: "current" | "any"; call(): void };
  resize?(total: number): void;
  holders?(): readonly unknown[];
  free(): number;
  waiting(): number;
}

const user = fc.nat({ max: 40 });
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant({ kind: "acquire" as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: "acquireNowait" as const }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("giveBack" as const), user }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("cancel" as const), user }) },
    { weight: 1, arbitrary: fc.constant({ kind: "release" as const }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("resize" as const), total: fc.nat({ max: 4 }) }) },
    { weight: 2, arbitrary: fc.constant({ kind: "turn" as const }) },
    { weight: 2, arbitrary: fc.constant({ kind: "settle" as const }) },
  ),
  { maxLength: 40, size: "max" },
);
type Steps = typeof steps extends fc.Arbitrary<infer S> ? S : never;

describe("what has permits", () => {
  beforeEach(() => skipExplored("it has schedulers of its own"));

  it.each<[string, (total: number) => { subject: Subject; model: PermitModel }]>([
    ["Lock", () => ({ subject: lock(), model: new PermitModel(1) })],
    ["Semaphore", (total) => ({ subject: semaphore(total), model: new PermitModel(total) })],
    ["CapacityLimiter", (total) => ({ subject: limiter(total), model: new PermitModel(total) })],
    ["CapacityLimiter with names", (total) => ({ subject: named(total), model: new PermitModel(total) })],
  ])("loses and doubles no permit of a %s and keeps the order", { timeout: 60_000 }, async (_name, make) => {
    const property = fc.asyncProperty(fc.nat({ max: 3 }), steps, fc.integer(), (total, steps, seed) => {
      const scheduler = new SeededScheduler(seed);
      const { subject, model } = make(total);
      return run(() => execute(subject, model, steps, scheduler), { signals: [], backend: { scheduler } });
    });

    await check(property, 500);
  });
});

async function execute(subject: Subject, model: PermitModel, steps: Steps, scheduler: SeededScheduler): Promise<void> {
  const scopes: CancelScope[] = [];
  const leases = new Map<number, Disposable>();
  const ended: Promise<unknown>[] = [];
  const told: (string | undefined)[] = [];

  const settle = async (): Promise<void> => {
    do await turn();
    while (scheduler.isBusy);
    await turn();
    const expected = scopes.map((_, user) => {
      if (model.granted.has(user)) return "granted";
      return model.cancelled.has(user) ? "cancelled" : undefined;
    });
    expect(told).toEqual(expected);
  };

  const acquire = (): void => {
    const user = scopes.length;
    const scope = new CancelScope();
    scopes.push(scope);
    told.push(undefined);
    const enter = async (): Promise<void> => {
      const lease = await scope.run(() => subject.acquire(user));
      told[user] = lease === undefined ? "cancelled" : "granted";
      if (lease !== undefined) leases.set(user, lease);
    };
    ended.push(enter());
    model.acquire(user);
  };

  const acquireNowait = (): void => {
    if (model.free <= 0) {
      expect(() => subject.acquireNowait(scopes.length)).toThrow(WouldBlockError);
      return;
    }
    const user = scopes.length;
    scopes.push(new CancelScope());
    told.push("granted");
    leases.set(user, subject.acquireNowait(user));
    model.acquire(user);
  };

  const giveBack = (user: number): void => {
    // Nobody disposes of a lease that he has not been told of.
    const lease = leases.get(user);
    if (lease === undefined) return;
    lease[Symbol.dispose]();
    model.giveBack(user);
  };

  const release = (): void => {
    const { release } = subject;
    const [holder] = model.holders;
    if (release === undefined) return;
    if (release.kind === "current" && holder === undefined) {
      expect(() => release.call()).toThrow(InvalidStateError);
      return;
    }
    release.call();
    if (release.kind === "current" && holder !== undefined) model.giveBack(holder);
    else model.release();
  };

  for (const step of steps) {
    const user = "user" in step && scopes.length > 0 ? step.user % scopes.length : 0;
    if (step.kind === "acquire") acquire();
    else if (step.kind === "acquireNowait") acquireNowait();
    else if (step.kind === "giveBack") giveBack(user);
    else if (step.kind === "cancel") {
      scopes[user]?.cancel();
      model.cancel(user);
    } else if (step.kind === "release") release();
    else if (step.kind === "resize" && subject.resize !== undefined) {
      subject.resize(step.total);
      model.total = step.total;
      model.grant();
    } else if (step.kind === "turn") await turn();
    else if (step.kind === "settle") await settle();
    expect([subject.free(), subject.waiting()]).toEqual([model.free, model.queue.length]);
    if (subject.holders !== undefined) expect(subject.holders()).toEqual(model.holders);
  }

  // All of them leave: whatever is to be had must have been given back.
  for (const [user, scope] of scopes.entries()) {
    scope.cancel();
    model.cancel(user);
  }
  await settle();
  await Promise.all(ended);
  for (const user of leases.keys()) giveBack(user);
  expect([subject.free(), subject.waiting()]).toEqual([model.total, 0]);
}

function lock(): Subject {
  const lock = new Lock();
  return {
    acquire: () => lock.acquire(),
    acquireNowait: () => lock.acquireNowait(),
    release: { kind: "current", call: () => lock.release() },
    free: () => (lock.locked ? 0 : 1),
    waiting: () => lock.statistics().tasksWaiting,
  };
}

function semaphore(initial: number): Subject {
  const semaphore = new Semaphore(initial);
  return {
    acquire: () => semaphore.acquire(),
    acquireNowait: () => semaphore.acquireNowait(),
    release: { kind: "any", call: () => semaphore.release() },
    free: () => semaphore.value,
    waiting: () => semaphore.statistics().tasksWaiting,
  };
}

function limiter(total: number): Subject {
  const limiter = new CapacityLimiter(total);
  return {
    acquire: () => limiter.acquire(),
    acquireNowait: () => limiter.acquireNowait(),
    resize: (total) => void (limiter.totalTokens = total),
    free: () => limiter.availableTokens,
    waiting: () => limiter.statistics().tasksWaiting,
  };
}

function named(total: number): Subject {
  const named = new CapacityLimiter(total);
  return {
    acquire: (user) => named.acquireOnBehalfOf(user),
    acquireNowait: (user) => named.acquireOnBehalfOfNowait(user),
    resize: (total) => void (named.totalTokens = total),
    holders: () => named.statistics().borrowers,
    free: () => named.availableTokens,
    waiting: () => named.statistics().tasksWaiting,
  };
}
