import { CancelledError, CancelScope, failAfter, getRunningTasks, run, shield, TimeoutError } from "@anyio/core";
import { Event } from "@anyio/sync";
import { withTaskGroup } from "@anyio/task-groups";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { caught } from "#support/caught";
import { skipExplored } from "#support/explored";
import { check } from "#support/property";
import { SeededScheduler } from "#support/seeded-scheduler";
import { unhandledRejectionsOf } from "#support/unhandled";

describe("Event", () => {
  it("is waited for until it is set", async () => {
    const event = new Event();
    const log: string[] = [];

    await withTaskGroup(async (tg) => {
      tg.startSoon(async () => {
        await event.wait();
        log.push("went on");
      });
      tg.startSoon(() => {
        log.push("sets");
        event.set();
      });
    });

    expect(log).toEqual(["sets", "went on"]);
  });

  it("is not waited for once it is set", async () => {
    const event = new Event();

    event.set();

    await event.wait();
    await event.wait();
    expect(event.isSet).toBe(true);
  });

  it("tells whether it is set, at once", () => {
    const event = new Event();
    const states = [event.isSet];

    event.set();
    states.push(event.isSet);
    event.set();
    states.push(event.isSet);

    expect(states).toEqual([false, true, true]);
  });

  it("wakes all who wait, in the order in which they came", async () => {
    skipExplored("those who are woken go on in an order that the seed chooses");
    const event = new Event();
    const log: number[] = [];
    const all = [1, 2, 3].map((i) => event.wait().then(() => log.push(i)));

    event.set();
    await Promise.all(all);

    expect(log).toEqual([1, 2, 3]);
  });

  it("rejects in a cancelled scope, set or not", async () => {
    const set = new Event();
    set.set();
    const errors: unknown[] = [];

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      for (const event of [set, new Event()]) errors.push(await caught(event.wait(), CancelledError));
    });

    expect(errors).toHaveLength(2);
  });

  it("is left by who is cancelled while waiting", async () => {
    const event = new Event();
    const scope = new CancelScope();
    const waiting = scope.run(() => event.wait());
    const tasksWaiting = [event.statistics().tasksWaiting];

    scope.cancel();
    tasksWaiting.push(event.statistics().tasksWaiting);
    await waiting;

    expect([scope.cancelledCaught, tasksWaiting]).toEqual([true, [1, 0]]);
  });

  it("reaches who is cancelled after it was set, in the same tick", async () => {
    const event = new Event();
    const scope = new CancelScope();
    const waiting = scope.run(() => event.wait().then(() => "reached"));

    event.set();
    scope.cancel();

    expect(await waiting).toBe("reached");
  });

  it("does not reach who was cancelled before it was set, in the same tick", async () => {
    const event = new Event();
    const scope = new CancelScope();
    const waiting = scope.run(() => event.wait().then(() => "reached"));

    scope.cancel();
    event.set();

    expect(await waiting).toBeUndefined();
  });

  it("wakes who waits behind a shield of a cancelled scope", async () => {
    const event = new Event();

    const value = await new CancelScope().run(async (scope) => {
      const waiting = shield(() => event.wait().then(() => "woken"));
      scope.cancel();
      event.set();
      return waiting;
    });

    expect(value).toBe("woken");
  });

  it("tells how many wait", async () => {
    const event = new Event();
    const both = Promise.all([event.wait(), event.wait()]);
    const before = event.statistics();

    event.set();
    await both;

    expect([before, event.statistics()]).toEqual([{ tasksWaiting: 2 }, { tasksWaiting: 0 }]);
  });

  it("says in a task dump that it is waited for", async () => {
    const event = new Event();

    const waitingFor = await run(
      async () => {
        const waiting = event.wait();
        const [main] = getRunningTasks().slice(-1);
        event.set();
        await waiting;
        return main?.waitingFor;
      },
      { signals: [] },
    );

    expect(waitingFor).toBe("an event");
  });

  it("gives way to a deadline where it is waited for over and over", async () => {
    skipExplored("a loop that never waits leaves no virtual time to pass");
    const event = new Event();
    event.set();

    const busy = failAfter(20, async () => {
      for (;;) await event.wait();
    });

    await caught(busy, TimeoutError);
  });

  it("serves 10,000 with as many resumptions each as 2,500", async () => {
    skipExplored("it has a scheduler of its own");
    const resumptionsOf = async (size: number): Promise<number> => {
      let resumptions = 0;
      const scheduler = {
        ready(resume: () => void): void {
          resumptions++;
          resume();
        },
      };
      const event = new Event();
      await run(
        async () => {
          const all = Promise.all(Array.from({ length: size }, () => event.wait()));
          event.set();
          await all;
        },
        { signals: [], backend: { scheduler } },
      );
      return resumptions;
    };

    const [small, large] = [await resumptionsOf(2_500), await resumptionsOf(10_000)];

    expect(large - small).toBe(7_500);
  });

  it("causes no unhandled rejection when a wait that nobody awaits is cancelled", async () => {
    const unhandled = await unhandledRejectionsOf(() =>
      new CancelScope().run((scope) => {
        void new Event().wait();
        scope.cancel();
      }),
    );

    expect(unhandled).toEqual([]);
  });

  it("reaches exactly those who were not cancelled before, under any schedule", { timeout: 60_000 }, async () => {
    skipExplored("it has schedulers of its own");
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant("wait" as const) },
      { weight: 2, arbitrary: fc.record({ cancel: fc.nat({ max: 10 }) }) },
      { weight: 1, arbitrary: fc.constant("set" as const) },
    );
    const property = fc.asyncProperty(
      fc.array(step, { maxLength: 20, size: "max" }),
      fc.integer(),
      async (steps, seed) => {
        const event = new Event();
        const waiters: { scope: CancelScope; outcome: Promise<unknown>; expected: string | undefined }[] = [];

        await run(
          async () => {
            for (const each of steps) {
              if (each === "wait") {
                const scope = new CancelScope();
                const outcome = scope.run(() => event.wait().then(() => "reached"));
                waiters.push({ scope, outcome, expected: event.isSet ? "reached" : undefined });
              } else if (each === "set") {
                for (const waiter of waiters) if (!waiter.scope.cancelCalled) waiter.expected = "reached";
                event.set();
              } else {
                waiters[each.cancel]?.scope.cancel();
              }
            }
            const waiting = event.isSet ? 0 : waiters.filter(({ scope }) => !scope.cancelCalled).length;
            expect(event.statistics().tasksWaiting).toBe(waiting);
            for (const waiter of waiters) if (!waiter.scope.cancelCalled) waiter.expected = "reached";
            event.set();
            expect(await Promise.all(waiters.map(({ outcome }) => outcome))).toEqual(
              waiters.map(({ expected }) => expected),
            );
          },
          { signals: [], backend: { scheduler: new SeededScheduler(seed) } },
        );
      },
    );

    await check(property, 300);
  });
});
