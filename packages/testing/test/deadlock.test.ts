import { setTimeout as realSleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  CancelledError,
  CancelScope,
  currentTime,
  ExceptionGroup,
  run,
  shield,
  sleep,
  sleepForever,
  withSignal,
} from "@anyio/core";
import { suspendForeign, WaitQueue } from "@anyio/core/lowlevel";
import { Condition, Event, Lock, Semaphore } from "@anyio/sync";
import { createMemoryObjectStream } from "@anyio/streams";
import { gather, withTaskGroup } from "@anyio/task-groups";
import { DeadlockError, VirtualClock } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { turns } from "#support/turn";
import { virtually } from "./support/virtually.js";

describe("DeadlockError", () => {
  it("is what a run fails with in which two tasks have each other's lock, with what each waits for", async () => {
    const began = performance.now();

    const error = await caught(
      virtually(async () => {
        const [left, right] = [new Lock(), new Lock()];
        await withTaskGroup((tg) => {
          for (const [name, one, other] of [["ab", left, right] as const, ["ba", right, left] as const]) {
            tg.startSoon(
              () =>
                one.run(async () => {
                  await sleep(10);
                  await other.run(() => {});
                }),
              { name },
            );
          }
        });
      }),
      DeadlockError,
    );

    expect(error.code).toBe("ERR_ANYIO_DEADLOCK");
    expect(error.name).toBe("DeadlockError");
    expect(error.message).toContain(error.dump);
    expect(error.dump).toMatch(/ab #\d+, 10 ms, waiting for a lock held by "ba"/);
    expect(error.dump).toMatch(/ba #\d+, 10 ms, waiting for a lock held by "ab"/);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  const [send, receive] = createMemoryObjectStream<number>();
  const waits: [string, () => Promise<unknown>][] = [
    ["an event", () => new Event().wait()],
    ["a semaphore", () => new Semaphore(0).acquire()],
    ["a queue", () => new WaitQueue().wait("its turn")],
    ["a condition", () => conditionWait()],
    ["an item", () => receive.receive()],
    ["a receiver", () => send.send(1)],
    ["sleepForever()", () => sleepForever()],
    ["a nested run", () => run(() => new Event().wait())],
    ["a scope", () => new CancelScope().run(() => new Event().wait())],
    ["Promise.all", () => Promise.all([new Event().wait(), new Event().wait()])],
    ["its tasks", () => gather([() => new Event().wait(), () => new Event().wait()])],
  ];
  const conditionWait = async (): Promise<void> => {
    const condition = new Condition();
    await condition.acquire();
    await condition.wait();
  };

  it.each(waits)("comes where all that is waited for is %s", async (_name, wait) => {
    await caught(virtually(wait), DeadlockError);
  });

  it("comes after everything that was scheduled has happened", async () => {
    let ended = 0;
    const clock = new VirtualClock({ autojump: true });
    const main = async () => {
      await sleep(1000);
      ended = currentTime();
      await sleepForever();
    };

    await caught(run(main, { signals: [], backend: { clock } }), DeadlockError);

    expect(ended).toBe(1000);
  });

  it("lets cleanup run, in virtual time too", async () => {
    const events: string[] = [];

    const error = await caught(
      virtually(async () => {
        try {
          await sleepForever();
        } catch (error) {
          events.push(error instanceof CancelledError && error.reason instanceof DeadlockError ? "cancelled" : "?");
          throw error;
        } finally {
          await shield(() => sleep(500));
          events.push(`cleaned up at ${currentTime()}`);
        }
      }),
      DeadlockError,
    );

    expect(error.dump).toContain("sleepForever()");
    expect(events).toEqual(["cancelled", "cleaned up at 500"]);
  });

  it("comes with what cleanup throws", async () => {
    const failure = new Error("cleanup failed");

    const error = await caught(
      virtually(() =>
        sleepForever().finally(() => {
          throw failure;
        }),
      ),
      ExceptionGroup,
    );

    expect(error.errors[0]).toBeInstanceOf(DeadlockError);
    expect(error.errors[1]).toBe(failure);
  });

  it("comes also where the cancellation is swallowed", async () => {
    await caught(
      virtually(async () => {
        await sleepForever().catch(() => {});
        return "all is well";
      }),
      DeadlockError,
    );
  });

  it("comes at once where cleanup is a deadlock too", async () => {
    const never = new Event();

    const error = await caught(
      virtually(() => shield(() => never.wait())),
      DeadlockError,
    );

    expect(error.dump).toContain("shielded");
    // The run has failed, and goes on all the same.
    never.set();
    await turns(2);
  });

  it("is the failure of each run on the clock", async () => {
    const clock = new VirtualClock({ autojump: true });
    const main = () => sleepForever();
    const errors = await Promise.all(
      ["one", "two"].map((name) => errorOf(run(main, { name, signals: [], backend: { clock } }))),
    );

    expect(errors.map((error) => /(one|two) #/.exec((error as DeadlockError).dump)?.[1])).toEqual(["one", "two"]);
  });

  it("is told of the tasks of its own run only", async () => {
    await withTaskGroup(async (tg) => {
      tg.startSoon(() => sleepForever(), { name: "elsewhere" });
      const error = await caught(
        virtually(() => sleepForever()),
        DeadlockError,
      );
      tg.cancel();

      expect(error.dump).not.toContain("elsewhere");
    });
  });
});

describe("no deadlock", () => {
  it("is seen while a promise of somebody else's is awaited", () =>
    virtually(async () => {
      await withTaskGroup(async (tg) => {
        tg.startSoon(() => sleepForever(), { service: true });
        await realSleep(30);
      });
    }));

  it("is seen within some turns of the event loop, which a task may await while it has something pending", () =>
    virtually(async () => {
      const event = new Event();
      const waiting = event.wait();
      await turns(20);
      event.set();
      await waiting;
    }));

  it("is seen while something outside may come", () =>
    virtually(async () => {
      const event = new Event();
      await gather([
        () => event.wait(),
        async () => {
          await suspendForeign<void>("a timer", (waiter) => void setTimeout(() => waiter.resume(), 30));
          event.set();
        },
      ]);
    }));

  it("is seen while somebody else's work goes on", () =>
    virtually(async () => {
      const event = new Event();
      await gather([() => event.wait(), () => withSignal(() => realSleep(30)).then(() => event.set())]);
    }));

  it("is seen by a clock that is moved by hand", async () => {
    const clock = new VirtualClock();
    const event = new Event();
    const running = run(() => event.wait(), { signals: [], backend: { clock } });

    await clock.advance(1000);
    event.set();

    await running;
  });
});
