import { describe, expect, it } from "vitest";
import { CancelScope, failAfter, moveOnAfter } from "@anyio/core";
import { openProcess, runProcess } from "@anyio/subprocess";
import { Mark, until, watchProcessTable } from "./support/marked.js";
import { mayLeak } from "#support/may-leak";

watchProcessTable();

/** What is hard to get rid of, and how many processes it is. */
const TREES: [string, string, number][] = [
  ["a pipeline of the shell", "sleep 60 | sleep 61 | sleep 62", 4],
  ["background jobs", "sleep 60 & sleep 61 & wait", 3],
  ["a tree three deep", "sh -c \"sh -c 'sleep 60 & sleep 61' & sleep 62\"", 5],
  ["a child that ignores SIGTERM", "trap '' TERM; sleep 60; sleep 61", 2],
  ["a descendant that ignores SIGTERM", "(trap '' TERM; sleep 60; sleep 61) & sleep 62", 3],
  ["a child that forks and exits", "(sleep 60 & sleep 61 &) ; sleep 0.3", 3],
  ["a descendant that holds the pipe", "(trap '' HUP; sleep 60) & sleep 61", 3],
  ["a child that is stopped", "sleep 60 & kill -STOP $$", 2],
  ["a descendant that is stopped", "sh -c 'kill -STOP $$; sleep 60' & sleep 61", 3],
  ["a child that ignores SIGTERM and is stopped", "trap '' TERM; sleep 60 & kill -STOP $$", 2],
];

describe("no descendant of runProcess", () => {
  it.each(TREES)("outlives a cancellation: %s", async (_what, command, count) => {
    const mark = new Mark();
    const scope = new CancelScope();

    await scope.run(async () => {
      void mark.seen(count).then(() => scope.cancel());
      await runProcess(command, { env: mark.env, grace: 100, check: false, drainGrace: 60_000 });
    });

    mark.expectGone();
  });

  it.each([
    ["one that holds the pipe", "sleep 60 &"],
    ["one that does not", "sleep 60 >/dev/null 2>&1 &"],
    ["one that ignores SIGTERM", "(trap '' TERM; sleep 60; sleep 61) & sleep 0.05"],
    ["a whole tree", "(sleep 60 | sleep 61) & (sleep 62; sleep 63) & sleep 0.05"],
    ["one that is stopped", "sh -c 'kill -STOP $$' & sleep 0.05"],
  ])("outlives its return: %s", async (_what, command) => {
    const mark = new Mark();

    await runProcess(command, { env: mark.env, grace: 100 });

    mark.expectGone();
  });

  it("is waited for that has ended and is not reaped", async () => {
    const mark = new Mark();
    const began = performance.now();

    // The parent of the first `sleep` becomes the second, which has left the group and knows of no child.
    await runProcess("(sleep 0.05 & exec setsid sleep 20) >/dev/null 2>&1 & sleep 0.2", { env: mark.env });

    expect(performance.now() - began).toBeLessThan(4_000);
    expect(mark.living.join()).toMatch(/^\d+ sleep 20$/);
    for (const line of mark.living) process.kill(Number.parseInt(line), "SIGKILL");
    await until(() => mark.living.length === 0);
  });

  it("outlives a failure beside it", mayLeak, async () => {
    const mark = new Mark();

    await Promise.allSettled([
      failAfter(100, async () => {
        void runProcess("sleep 60 | sleep 61", { env: mark.env });
        await mark.seen(3);
        throw new Error("beside it");
      }),
    ]);

    mark.expectGone();
  });

  it("outlives the cancellation of two hundred at once", { ...mayLeak, timeout: 60_000 }, async () => {
    const mark = new Mark();
    const scope = new CancelScope();

    await scope.run(async () => {
      void mark.seen(400).then(() => scope.cancel());
      await Promise.all(Array.from({ length: 200 }, () => runProcess("sleep 60 | sleep 61", { env: mark.env })));
    });

    expect(scope.cancelledCaught).toBe(true);
    mark.expectGone();
  });
});

describe("no descendant of openProcess", () => {
  it.each(TREES)("outlives its closing in a cancelled scope: %s", async (_what, command, count) => {
    const mark = new Mark();
    const process = await openProcess(command, { env: mark.env });
    await mark.seen(count);

    await moveOnAfter(0, () => process.close());

    mark.expectGone();
  });

  it.each(TREES)("outlives its closing: %s", async (_what, command, count) => {
    const mark = new Mark();
    const process = await openProcess(command, { env: mark.env, grace: 50 });
    await mark.seen(count);

    await process.close();

    mark.expectGone();
  });
});
