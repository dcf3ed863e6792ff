import { describe, expect, it } from "vitest";
import { abandonOnCancel, run, sleep, waitAllTasksBlocked, withSignal } from "@anyio/core";
import { type Clock, type ClockedRun, inFlight, suspend, suspendForeign } from "@anyio/core/lowlevel";
import { turns } from "#support/turn";
import { mayLeak } from "#support/may-leak";

/** A clock that notes when its run is idle, and lets no time pass. */
class IdleClock implements Clock {
  run: ClockedRun | null = null;
  idle = 0;
  blocked = 0;

  now(): number {
    return 0;
  }

  schedule(): { cancel(): void } {
    return { cancel: () => {} };
  }

  attach(run: ClockedRun): () => void {
    this.run = run;
    return () => (this.run = null);
  }

  /** Looks whether the run becomes idle, and whether it becomes blocked. */
  async look(): Promise<string> {
    const seen: string[] = [];
    const cancel = [this.run?.onIdle(() => seen.push("idle")), this.run?.onBlocked(() => seen.push("blocked"))];
    await turns(10);
    for (const each of cancel) each?.();
    return seen.toSorted().join(", ");
  }
}

/** What the clock of a run sees while `fn` is pending. */
async function seenBeside(fn: () => Promise<unknown>): Promise<string | undefined> {
  const clock = new IdleClock();
  let seen: string | undefined;
  await Promise.all([
    run(fn, { signals: [], backend: { clock } }),
    (async () => {
      await turns(2);
      seen = await clock.look();
    })(),
  ]);
  return seen;
}

const aWhile = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 60));

describe("inFlight", () => {
  it("keeps a run from being idle, but not from being blocked", async () => {
    const seen = await seenBeside(() => {
      const landed = inFlight();
      return aWhile().finally(landed);
    });

    expect(seen).toBe("blocked");
  });

  it("counts until it has landed, and once only", () => {
    const clock = new IdleClock();
    return run(
      async () => {
        const [one, other] = [inFlight(), inFlight()];

        one();
        one();
        expect(await clock.look()).toBe("blocked");
        other();
        expect(await clock.look()).toBe("blocked, idle");
      },
      { signals: [], backend: { clock } },
    );
  });

  it("is what a run with another time is to the one around it", async () => {
    const other = new IdleClock();

    expect(await seenBeside(() => run(aWhile, { backend: { clock: other } }))).toBe("blocked");
    expect(await seenBeside(() => run(aWhile))).toBe("blocked, idle");
  });
});

describe("somebody else's work", () => {
  it("keeps a run from being idle while nothing else is pending in its scope", async () => {
    expect(await seenBeside(() => withSignal(aWhile))).toBe("blocked");
    expect(await seenBeside(() => abandonOnCancel(aWhile()))).toBe("blocked");
    expect(await seenBeside(() => Promise.all([abandonOnCancel(aWhile()), withSignal(aWhile)]))).toBe("blocked");
  });

  it("does not where it waits for an operation of ours itself", mayLeak, async () => {
    const napping = async (): Promise<void> => {
      void sleep(1000);
      await aWhile();
    };

    expect(await seenBeside(() => abandonOnCancel(napping()))).toBe("blocked, idle");
  });
});

describe("suspendForeign", () => {
  it("leaves a run idle, for what is waited for may never come", async () => {
    const seen = await seenBeside(() =>
      suspendForeign<void>("an event", (waiter) => void setTimeout(() => waiter.resume(), 60)),
    );

    expect(seen).toBe("blocked, idle");
  });
});

describe("waitAllTasksBlocked", () => {
  it("keeps a run from being idle as long as it waits", () => {
    const clock = new IdleClock();
    const events: string[] = [];
    return run(
      async () => {
        const cancel = clock.run?.onIdle(() => events.push("idle"));
        await waitAllTasksBlocked();
        events.push("blocked");
        await aWhile();
        cancel?.();

        expect(events).toEqual(["blocked", "idle"]);
      },
      { signals: [], backend: { clock } },
    );
  });
});

describe("ClockedRun", () => {
  const parkedBeside = async (fn: () => Promise<unknown>): Promise<boolean | undefined> => {
    const clock = new IdleClock();
    const running = run(fn, { signals: [], backend: { clock } });
    await turns(3);
    const isParked = clock.run?.isParked;
    await running;
    return isParked;
  };
  const pending = (foreign: boolean) => () =>
    foreign ? suspendForeign<void>("something", (waiter) => void setTimeout(() => waiter.resume(), 30)) : suspendOurs();

  it("is parked while all wait for operations of ours", async () => {
    expect(await parkedBeside(pending(false))).toBe(true);
    expect(await parkedBeside(() => run(pending(false)))).toBe(true);
    expect(await parkedBeside(() => Promise.all([pending(false)(), pending(false)()]))).toBe(true);
  });

  it("is not while anybody waits for something else", async () => {
    expect(await parkedBeside(pending(true))).toBe(false);
    expect(await parkedBeside(aWhile)).toBe(false);
    expect(await parkedBeside(() => Promise.all([pending(false)(), pending(true)()]))).toBe(false);
    expect(await parkedBeside(() => withSignal(aWhile))).toBe(false);
  });

  it("is told to its clock until it ends", async () => {
    const clock = new IdleClock();

    await run(async () => expect(clock.run).not.toBeNull(), { signals: [], backend: { clock } });

    expect(clock.run).toBeNull();
  });
});

function suspendOurs(): Promise<void> {
  return suspend<void>("something", (waiter) => void setTimeout(() => waiter.resume(), 30));
}
