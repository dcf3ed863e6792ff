import { describe, expect, it } from "vitest";
import { CancelScope, moveOnAfter, run, shield, sleep, sleepForever } from "@anyio/core";
import { checkpoint, noteClosed, noteOpened, Task } from "@anyio/core/lowlevel";
import { SeededScheduler, watchLeaks } from "@anyio/testing";
import { takeWarnings } from "#support/warnings";
import { turn } from "#support/turn";
import { mayLeak } from "#support/may-leak";

class Child extends Task {
  static start(scope: CancelScope, name: string, fn: () => unknown): void {
    new Child(scope, name).begin(fn);
  }

  protected override ended(): void {}
}

const leaksOf = async (fn: () => unknown): Promise<string[]> => {
  const { leaks } = await watchLeaks(fn);
  return leaks.map(({ kind, name }) => `${kind} ${name}`);
};

describe("watchLeaks", () => {
  it("tells what has become of the function, and that it left nothing behind", async () => {
    expect(await watchLeaks(() => sleep(1).then(() => 42))).toEqual({
      outcome: { status: "fulfilled", value: 42 },
      leaks: [],
    });
  });

  it("tells its failure, and what it left behind all the same", async () => {
    const failure = new Error("failure");

    const { outcome, leaks } = await watchLeaks(() => {
      void sleep(1000);
      throw failure;
    });

    expect(outcome).toEqual({ status: "rejected", reason: failure });
    expect(leaks).toMatchObject([{ kind: "operation", name: "sleep(1000)" }]);
  });

  it("tells where each began, without debug mode and without a warning", async () => {
    const { leaks } = await watchLeaks(() => new CancelScope({ name: "inner" }).run(() => void sleep(1000)));

    expect(leaks[0]?.origin).toContain("watch-leaks.test.ts");
    expect(await takeWarnings()).toEqual([]);
  });

  it("tells of scopes and runs", async () => {
    const leaks = await leaksOf(() => {
      void new CancelScope({ name: "the handshake" }).run(() => sleepForever());
      void run(() => sleepForever(), { name: "the program", signals: [] }).catch(() => {});
    });

    expect(leaks).toEqual(["scope the handshake", "task the program"]);
  });

  it("tells of tasks that belong to a scope outside, cancels them and waits for them", async () => {
    const events: string[] = [];
    await new CancelScope().run(async (scope) => {
      const leaks = await leaksOf(async () => {
        Child.start(scope, "poller", async () => {
          await sleepForever().catch(() => shield(() => sleep(5)));
          events.push("ended");
        });
        Child.start(scope, "short", () => {});
        await turn();
      });
      events.push(...leaks);
    });

    expect(events).toEqual(["ended", "task poller"]);
  });

  it("tells of resources that are open, and closes them by force, whatever closing does", async () => {
    const events: string[] = [];
    const open = (name: string, close: () => unknown): void => noteOpened({ close }, name);

    const leaks = await leaksOf(async () => {
      open("a socket", () => checkpoint().catch(() => events.push("closed in a cancelled scope")));
      open("a file", () => Promise.reject(new Error("cannot be closed")));
      noteOpened({}, "something without close()");
      const closed = {};
      noteOpened(closed, "what is closed");
      noteClosed(closed);
      noteOpened({}, "a buffer", "memory");
    });

    expect(leaks).toEqual(["resource a socket", "resource a file", "resource something without close()"]);
    expect(events).toEqual(["closed in a cancelled scope"]);
  });

  it("counts what began in it only, also where others run beside it", mayLeak, async () => {
    const [one, other] = await Promise.all([
      leaksOf(async () => {
        await sleep(1);
        void sleep(1000);
        await turn();
      }),
      leaksOf(() => sleep(5)),
      new CancelScope().run(async () => {
        void sleep(2000);
        noteOpened({}, "somebody else's");
        await sleep(2);
      }),
    ]);

    expect([one, other]).toEqual([["operation sleep(1000)"], []]);
  });

  it("is cancelled with its function", async () => {
    const outcome = await moveOnAfter(1, async () => (await watchLeaks(() => sleepForever())).outcome.status);

    expect(outcome).toBe("rejected");
  });

  it.each([0, 1, 2, 3, 4])(
    "tells of no scope whose end is decided and only not told yet (schedule %i)",
    async (seed) => {
      const main = () =>
        watchLeaks(() => {
          const scope = new CancelScope({ name: "decided" });
          void scope.run(() => new CancelScope().run(() => sleepForever()));
          scope.cancel();
        });

      const { leaks } = await run(main, { signals: [], backend: { scheduler: new SeededScheduler(seed) } });

      expect(leaks).toEqual([]);
    },
  );
});
