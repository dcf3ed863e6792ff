import { setTimeout as realSleep } from "node:timers/promises";
import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  abandonOnCancel,
  CancelScope,
  currentTime,
  failAfter,
  moveOnAfter,
  run,
  shield,
  sleep,
  sleepForever,
  sleepUntil,
  TimeoutError,
  waitAllTasksBlocked,
  withSignal,
} from "@anyio/core";
import { checkpoint, inFlight, suspendForeign } from "@anyio/core/lowlevel";
import { CapacityLimiter, Event } from "@anyio/sync";
import { amap, gather, race, withTaskGroup } from "@anyio/task-groups";
import { VirtualClock } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { check } from "#support/property";
import { turns } from "#support/turn";
import { virtually } from "./support/virtually.js";
import { mayLeak } from "#support/may-leak";

const HOUR = 3_600_000;

describe("VirtualClock", () => {
  it("begins at 0, and stands still by itself", () => {
    const clock = new VirtualClock();
    return run(
      async () => {
        await turns(20);

        expect(currentTime()).toBe(0);
        expect(clock.now()).toBe(0);
      },
      { signals: [], backend: { clock } },
    );
  });

  it("is not shared by two runs side by side", async () => {
    const timesOf = (step: number) =>
      virtually(async () => {
        const times: number[] = [];
        for (let i = 0; i < 5; i++) {
          await sleep(step);
          times.push(currentTime());
        }
        return times;
      });

    const [seconds, hours] = await Promise.all([timesOf(1000), timesOf(HOUR)]);

    expect(seconds).toEqual([1000, 2000, 3000, 4000, 5000]);
    expect(hours).toEqual([HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 5 * HOUR]);
  });

  it("may be shared on purpose: time passes when the tasks of both runs wait", async () => {
    const clock = new VirtualClock({ autojump: true });
    const events: string[] = [];
    const program = (name: string, step: number) =>
      run(
        async () => {
          for (let i = 0; i < 2; i++) {
            await sleep(step);
            events.push(`${name} ${currentTime()}`);
          }
        },
        { signals: [], backend: { clock } },
      );

    await Promise.all([program("a", 30), program("b", 20)]);

    expect(events).toEqual(["b 20", "a 30", "b 40", "a 60"]);
  });

  it("goes on where it is for the next run", async () => {
    const clock = new VirtualClock({ autojump: true });
    const sleepOnce = () => run(() => sleep(100), { signals: [], backend: { clock } });

    await sleepOnce();
    await sleepOnce();

    expect(clock.now()).toBe(200);
  });

  it("is a nested run's too", () =>
    virtually(async () => {
      await run(() => sleep(100));

      expect(currentTime()).toBe(100);
    }));

  it("stands still while a nested run has another time", () =>
    virtually(async () => {
      const other = new VirtualClock({ autojump: true });
      const events: string[] = [];
      await gather([
        async () => {
          await run(() => sleep(HOUR), { backend: { clock: other } });
          events.push(`nested run ends at ${currentTime()}`);
        },
        async () => {
          await sleep(1);
          events.push(`sleep ends at ${currentTime()}`);
        },
      ]);

      expect(events).toEqual(["nested run ends at 0", "sleep ends at 1"]);
      expect(other.now()).toBe(HOUR);
    }));

  it("does not look at the time of the system, nor at its timers", async () => {
    vi.useFakeTimers();
    try {
      const events: number[] = [];
      await virtually(async () => {
        await failAfter(HOUR, () => sleep(HOUR - 1));
        events.push(currentTime());
      });

      expect(events).toEqual([HOUR - 1]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("VirtualClock.advance", () => {
  it("calls what is due at its time, in order, and returns when what follows from it has run", () => {
    const clock = new VirtualClock();
    return run(
      async () => {
        const events: string[] = [];
        const all = gather(
          [30, 10, 20].map((ms) => async () => {
            await sleep(ms);
            events.push(`${ms} at ${currentTime()}`);
            await sleep(ms);
            events.push(`${2 * ms} at ${currentTime()}`);
          }),
        );

        await clock.advance(35);
        expect(events).toEqual(["10 at 10", "20 at 20", "20 at 20", "30 at 30"]);
        expect(currentTime()).toBe(35);

        await clock.advance(100);
        await all;
        expect(currentTime()).toBe(135);
        expect(events.slice(4)).toEqual(["40 at 40", "60 at 60"]);
      },
      { signals: [], backend: { clock } },
    );
  });

  it("steps by hand as finely as one likes", () => {
    const clock = new VirtualClock();
    return run(
      async () => {
        const ticks: number[] = [];
        await withTaskGroup(async (tg) => {
          tg.startSoon(async () => {
            for (;;) {
              await sleep(2.5);
              ticks.push(currentTime());
            }
          });

          for (let i = 0; i < 21; i++) {
            await clock.advance(0.5);
            expect(clock.now()).toBe((i + 1) * 0.5);
            expect(ticks).toHaveLength(Math.floor((i + 1) / 5));
          }
          tg.cancel();
        });
        expect(ticks).toEqual([2.5, 5, 7.5, 10]);
      },
      { signals: [], backend: { clock } },
    );
  });

  it("is called from outside of the run as well", async () => {
    const clock = new VirtualClock();
    const events: string[] = [];
    const running = run(
      async () => {
        await sleep(1000);
        events.push("slept");
      },
      { signals: [], backend: { clock } },
    );

    await clock.advance(999);
    expect(events).toEqual([]);
    await clock.advance(1);
    expect(events).toEqual(["slept"]);
    await running;
  });

  it("takes along what is scheduled without a run", async () => {
    const clock = new VirtualClock();
    const events: number[] = [];
    clock.schedule(10, () => events.push(clock.now()));
    clock.schedule(20, () => events.push(clock.now())).cancel();
    clock.schedule(5, () => events.push(clock.now()));

    await clock.advance(50);

    expect(events).toEqual([5, 10]);
    expect(clock.now()).toBe(50);
  });

  it("calls what is scheduled, and not cancelled, by its time and then by its age, whatever it is", () =>
    check(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat(30), isCancelled: fc.boolean() }), { maxLength: 200 }),
        async (entries) => {
          const clock = new VirtualClock();
          const called: number[] = [];
          const handles = entries.map(({ at }, i) => clock.schedule(at, () => called.push(i)));
          for (const [i, { isCancelled }] of entries.entries()) if (isCancelled) handles[i]?.cancel();

          await clock.advance(30);

          const kept = [...entries.entries()].filter(([, { isCancelled }]) => !isCancelled);
          expect(called).toEqual(kept.toSorted(([, a], [, b]) => a.at - b.at).map(([i]) => i));
        },
      ),
      100,
    ));

  it("lets what is in flight be", () => {
    const clock = new VirtualClock();
    return run(
      async () => {
        const landed = inFlight();
        const slept = sleep(10).then(() => currentTime());

        await clock.advance(10);
        landed();

        expect(await slept).toBe(10);
      },
      { signals: [], backend: { clock } },
    );
  });

  it("is the only one to move time while it advances, also with autojump", () =>
    virtually(async (clock) => {
      const late = sleep(HOUR).then(() => currentTime());

      await clock.advance(10);

      expect(currentTime()).toBe(10);
      expect(await late).toBe(HOUR);
    }));

  it("is ended by a cancellation, with the time where it has come to", () => {
    const clock = new VirtualClock();
    return run(
      async () => {
        await moveOnAfter(15, () => clock.advance(100));
        expect(currentTime()).toBe(15);

        await clock.advance(5);
        expect(currentTime()).toBe(20);
      },
      { signals: [], backend: { clock } },
    );
  });

  it("refuses in a cancelled scope, and time does not pass", () => {
    const clock = new VirtualClock();
    return run(
      async () => {
        await new CancelScope().run((scope) => {
          scope.cancel();
          return clock.advance(100);
        });

        expect(currentTime()).toBe(0);
      },
      { signals: [], backend: { clock } },
    );
  });

  it.each([-1, Number.NaN, Infinity])("rejects %d", async (ms) => {
    const error = await caught(new VirtualClock().advance(ms), RangeError);

    expect(error.message).toContain(String(ms));
  });

  it("rejects what is no number", async () => {
    const error = await caught(new VirtualClock().advance("10" as unknown as number), TypeError);

    expect(error.message).toMatch(/ms must be a number.*10/);
  });
});

describe("autojump", () => {
  it("lets an hour of 10,000 tasks pass in seconds", mayLeak, async () => {
    const began = performance.now();
    let naps = 0;

    await virtually(async () => {
      await withTaskGroup((tg) => {
        for (let i = 0; i < 10_000; i++) {
          tg.startSoon(async () => {
            for (let j = 0; j < 10; j++) {
              await sleep(HOUR / 10 + (i % 100));
              naps++;
            }
          });
        }
      });
      expect(currentTime()).toBe(HOUR + 990);
    });

    expect(naps).toBe(100_000);
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it("keeps the order of what is due at one time", () =>
    virtually(async () => {
      const order: number[] = [];

      await gather(
        [0, 1, 2, 3, 4].map((i) => async () => {
          await sleepUntil(100);
          order.push(i);
        }),
      );

      expect(order).toEqual([0, 1, 2, 3, 4]);
    }));

  it("forgets what is cancelled, however much of it there is", () =>
    virtually(async () => {
      for (let i = 0; i < 1000; i++) {
        await moveOnAfter(HOUR + i, () => sleep(1));
      }

      expect(currentTime()).toBe(1000);
    }));

  it("is the time of deadlines and of those that are moved", () =>
    virtually(async () => {
      const error = await caught(
        failAfter(5000, (scope) => {
          scope.deadline += 1000;
          return sleepForever();
        }),
        TimeoutError,
      );

      expect(currentTime()).toBe(6000);
      expect(error.message).toContain("within 6000 ms");
    }));

  it("is the time of shields", () =>
    virtually(async () => {
      const events: string[] = [];
      await moveOnAfter(10, async () => {
        try {
          await sleepForever();
        } finally {
          await shield(() => sleep(500)).then(() => events.push(`cleaned up at ${currentTime()}`));
          await errorOf(shield(() => sleepForever(), { timeout: 90 }));
          events.push(`gave up at ${currentTime()}`);
        }
      });

      expect(events).toEqual(["cleaned up at 510", "gave up at 600"]);
    }));

  it("is the time of services, which end with their group", () =>
    virtually(async () => {
      const beats: number[] = [];
      await withTaskGroup((tg) => {
        tg.startSoon(
          async () => {
            for (;;) {
              await sleep(1000);
              beats.push(currentTime());
            }
          },
          { service: true },
        );
        tg.startSoon(() => sleep(3500));
      });

      expect(beats).toEqual([1000, 2000, 3000]);
      expect(currentTime()).toBe(3500);
    }));

  it("is the time of limiters and combinators", () =>
    virtually(async () => {
      const limiter = new CapacityLimiter(2);
      await amap((ms) => limiter.run(() => sleep(ms)), [100, 100, 100, 100, 100]);
      expect(currentTime()).toBe(300);

      expect(await race([() => sleep(50).then(() => "quick"), () => sleep(500).then(() => "slow")])).toBe("quick");
      expect(currentTime()).toBe(350);
    }));

  it("is the time in which a loop that swallows cancellation is slowed down", () =>
    virtually(async () => {
      await new CancelScope().run(async (scope) => {
        scope.cancel();
        for (let i = 0; i < 20; i++) await checkpoint().catch(() => {});
      });

      expect(currentTime()).toBe(15);
    }));

  it("comes after waitAllTasksBlocked()", () =>
    virtually(async () => {
      const slept = sleep(10);

      await waitAllTasksBlocked();
      expect(currentTime()).toBe(0);

      await slept;
      expect(currentTime()).toBe(10);
    }));

  it("lets the promises of others have their turns first", () =>
    virtually(async () => {
      const slept = sleep(10).then(() => currentTime());
      for (let i = 0; i < 50; i++) await Promise.resolve();

      expect(currentTime()).toBe(0);
      expect(await slept).toBe(10);
    }));

  it("jumps while a promise of somebody else's is awaited: it may depend on the time", () =>
    virtually(async () => {
      let open = (): void => {};
      const opened = new Promise<void>((resolve) => (open = resolve));

      await withTaskGroup(async (tg) => {
        tg.startSoon(() => sleep(100).then(open));
        await opened;
      });

      expect(currentTime()).toBe(100);
    }));
});

describe("autojump and the real world", () => {
  it("stands still until what is in flight has landed", () =>
    virtually(async () => {
      const events: string[] = [];
      const slept = sleep(10).then(() => events.push("slept"));
      const landed = inFlight();

      await realSleep(30);
      events.push(`lands at ${currentTime()}`);
      landed();
      landed();
      await slept;

      expect(events).toEqual(["lands at 0", "slept"]);
    }));

  it("stands still until each of several has landed", () =>
    virtually(async () => {
      const landed = [inFlight(), inFlight()];
      const slept = sleep(10);

      landed[0]?.();
      landed[0]?.();
      await realSleep(20);
      expect(currentTime()).toBe(0);

      landed[1]?.();
      await slept;
      expect(currentTime()).toBe(10);
    }));

  it("stands still while somebody else's work is waited for, so that it does not time out", () =>
    virtually(async () => {
      const read = () => realSleep(20, "bytes");

      expect(await failAfter(5, () => withSignal(read))).toBe("bytes");
      expect(await failAfter(5, () => abandonOnCancel(read()))).toBe("bytes");
      expect(currentTime()).toBe(0);
    }));

  it("passes for the work of somebody else that sleeps in our time itself", () =>
    virtually(async () => {
      const napping = async (): Promise<number> => {
        await sleep(100);
        return currentTime();
      };

      expect(await abandonOnCancel(napping())).toBe(100);
      expect(await withSignal(napping)).toBe(200);
    }));

  it("passes while a stream or an event of somebody else's is waited for", () =>
    virtually(async () => {
      const waited = await moveOnAfter(1000, () => suspendForeign<never>("an event", () => {}));

      expect(waited).toBeUndefined();
      expect(currentTime()).toBe(1000);
    }));

  it("takes hardly any processor time while it stands still", () =>
    virtually(async () => {
      const before = process.cpuUsage();
      await withSignal(() => realSleep(300));
      const { user, system } = process.cpuUsage(before);

      expect((user + system) / 1000).toBeLessThan(150);
    }));

  it("wakes up for what is scheduled after a foreign promise was all there was", () =>
    virtually(async () => {
      const event = new Event();
      await withTaskGroup(async (tg) => {
        tg.startSoon(() => event.wait());
        await realSleep(20);
        await sleep(HOUR);
        event.set();
      });

      expect(currentTime()).toBe(HOUR);
    }));
});
