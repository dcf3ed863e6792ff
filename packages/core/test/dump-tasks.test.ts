import { describe, expect, it } from "vitest";
import { CancelScope, dumpTasks, failAfter, run, shield, sleep, sleepForever, waitAllTasksBlocked } from "@anyio/core";
import { currentScope, suspend, Task } from "@anyio/core/lowlevel";
import { outside } from "#support/outside";
import { turn, turns } from "#support/turn";
import { virtually, VirtualClock } from "#support/virtual-clock";
import { mayLeak } from "#support/may-leak";
import { skipExplored } from "#support/explored";

class Child extends Task {
  static start(name: string, fn: () => unknown): void {
    new Child(currentScope(), name).begin(fn);
  }

  protected override ended(): void {}
}

/** The dump without what differs from run to run, and without where tasks began, which is there while somebody watches for leaks. */
const dump = (): string[] =>
  dumpTasks()
    .replaceAll(/#\d+/g, "#")
    .split("\n")
    .filter((line) => !/^[│ ]*at /.test(line));

describe("dumpTasks", () => {
  it("shows the tree: name, age, what each task waits for", () =>
    outside(() =>
      virtually(async (clock) => {
        await new CancelScope().run(async (scope) => {
          Child.start("server", async () => {
            Child.start("connection", () => suspend("the next request", () => {}));
            await sleepForever();
          });
          Child.start("cleaner", () => sleep(60_000));
          await clock.advance(2100);

          // The file that is tested comes before it, and has the test below it.
          expect(dump().filter((line) => !/^[├│]/.test(line))).toEqual([
            "root #, outside every task",
            "└─ test #, 2.1 s, running, or awaiting a foreign promise",
            "   ├─ server #, 2.1 s, waiting for sleepForever()",
            "   │  └─ connection #, 2.1 s, waiting for the next request",
            "   └─ cleaner #, 2.1 s, waiting for sleep(60000)",
          ]);
          scope.cancel();
        });
      }),
    ));

  it("shows the deadline, of the task's own scopes and of outer ones", mayLeak, () =>
    virtually(async () => {
      await new CancelScope({ deadline: 7900 }).run(async (scope) => {
        Child.start("worker", () => sleepForever());
        Child.start("hasty", () => failAfter(500, () => sleepForever()));
        await turn();
        const lines = dump();

        expect(lines.find((line) => line.includes("worker"))).toContain("deadline in 7.9 s");
        expect(lines.find((line) => line.includes("hasty"))).toContain("deadline in 500 ms");
        scope.cancel();
      });
    }),
  );

  it("shows who is cancelled, and who is shielded", mayLeak, async () => {
    await new CancelScope().run(async (scope) => {
      let release!: () => void;
      const released = new Promise<void>((resolve) => (release = resolve));
      Child.start("shielded one", () =>
        shield(() => suspend("its cleanup", (waiter) => void released.then(waiter.resume.bind(waiter)))),
      );
      Child.start("plain one", () => sleepForever());
      Child.start("stubborn one", () => sleepForever().catch(() => released));
      await turn();
      const before = dump();
      scope.cancel();
      await shield(() => turn());
      const after = dump();
      release();

      const line = (lines: string[], name: string) => lines.find((each) => each.includes(name));
      expect(line(before, "plain one")).not.toMatch(/cancelled|shielded/);
      expect(line(before, "shielded one")).toMatch(/shielded/);
      expect(line(after, "plain one")).toBeUndefined();
      expect(line(after, "shielded one")).toMatch(/its cleanup.*shielded/);
      expect(line(after, "shielded one")).not.toMatch(/cancelled/);
      expect(line(after, "stubborn one")).toMatch(/cancelled/);
    });
  });

  it("groups siblings that are alike into one line", mayLeak, async () => {
    skipExplored("so many under so many schedules take minutes");
    await new CancelScope().run(async (scope) => {
      for (let i = 0; i < 10_000; i++) Child.start(`worker ${i}`, () => sleepForever());
      Child.start("another", () => suspend("something else", () => {}));
      await waitAllTasksBlocked();
      const text = dump().join("\n");

      expect(text.split("\n").length).toBeLessThan(6);
      expect(text).toMatch(/worker 0 .*10000 tasks.*waiting for sleepForever\(\)/);
      expect(text).toMatch(/another .*waiting for something else/);
      scope.cancel();
    });
  });

  it("groups siblings that are alike but for their ages", mayLeak, () =>
    virtually(async (clock) => {
      await new CancelScope().run(async (scope) => {
        Child.start("worker", () => sleepForever());
        await clock.advance(500);
        Child.start("worker", () => sleepForever());
        await clock.advance(700);

        expect(dump().filter((line) => line.includes("worker"))).toEqual([
          expect.stringMatching(/worker # … # \(2 tasks\), 1\.2 s, waiting for sleepForever\(\)/),
        ]);
        scope.cancel();
      });
    }),
  );

  it("does not group siblings that differ", async () => {
    await new CancelScope().run(async (scope) => {
      Child.start("worker", () => suspend("a", () => {}));
      Child.start("worker", () => suspend("b", () => {}));
      await turn();

      expect(
        dumpTasks()
          .split("\n")
          .filter((line) => line.includes("worker")),
      ).toHaveLength(2);
      scope.cancel();
    });
  });

  it("shows a tree of 5,000 levels", mayLeak, async () => {
    skipExplored("so many under so many schedules take minutes");
    await new CancelScope().run(async (scope) => {
      const descend = (depth: number): void =>
        Child.start(`level ${depth}`, async () => {
          if (depth < 5000) descend(depth + 1);
          await sleepForever();
        });
      descend(1);
      await turns(20);

      expect(dumpTasks()).toContain("level 5000");
      scope.cancel();
    });
  });

  it("shows the tasks of several runs beside each other", async () => {
    const scope = new CancelScope();
    const both = scope.run(() =>
      Promise.all([run(() => sleepForever(), { name: "first" }), run(() => sleepForever(), { name: "second" })]),
    );
    await turn();
    const lines = dump();
    scope.cancel();
    await both;

    expect(lines.filter((line) => /first|second/.test(line))).toHaveLength(2);
  });

  it("shows in debug mode where each task began", () =>
    run(
      async () => {
        await new CancelScope().run(async (scope) => {
          Child.start("worker", () => sleepForever());
          await turn();

          expect(dumpTasks()).toContain("dump-tasks.test.ts");
          scope.cancel();
        });
      },
      { debug: true, signals: [], backend: { clock: new VirtualClock() } },
    ));
});
