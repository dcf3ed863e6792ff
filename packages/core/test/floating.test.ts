import { describe, expect, it } from "vitest";
import { takeWarnings } from "#support/warnings";
import { CancelScope, failAfter, moveOnAfter, run, shield, sleepForever, type RunOptions } from "@anyio/core";
import { checkpoint, suspend } from "@anyio/core/lowlevel";
import { spendBudget } from "./support/spend-budget.js";
import { turn } from "#support/turn";
import { mayLeak } from "#support/may-leak";

const DEBUG: RunOptions = { name: "main", debug: true, signals: [] };

interface Warning extends Error {
  code?: string;
  detail?: string;
}

const floating = async (): Promise<Warning[]> =>
  (await takeWarnings()).filter((warning: Warning) => warning.code === "ANYIO_FLOATING");

describe("ANYIO_FLOATING", mayLeak, () => {
  it("reports an operation that nobody awaited, with where it began and what to do", async () => {
    await run(
      () =>
        new CancelScope({ name: "downloads" }).run(() => {
          void suspend("the next block", () => {});
        }),
      DEBUG,
    );

    const [warning, ...others] = await floating();
    expect(others).toEqual([]);
    expect(warning?.message).toMatch(/the next block.*"downloads".*await it.*task group/);
    expect(`${warning?.message}\n${warning?.detail}`).toContain("floating.test.ts");
  });

  it("reports a scope that still runs inside", async () => {
    await run(
      () =>
        new CancelScope().run(() => {
          void failAfter(60_000, () => sleepForever(), { reason: "the handshake" }).catch(() => {});
        }),
      DEBUG,
    );

    const warnings = await floating();
    expect(warnings.map(({ message }) => message).join("\n")).toContain("the handshake");
    expect(warnings[0]?.detail).toContain("floating.test.ts");
  });

  it("reports each of several", async () => {
    await run(() => {
      void suspend("first", () => {});
      void suspend("second", () => {});
    }, DEBUG);

    expect((await floating()).map(({ message }) => /first|second/.exec(message)?.[0])).toEqual(["first", "second"]);
  });

  it("reports the loser of a Promise.race", async () => {
    await run(() => Promise.race([checkpoint(), suspend("the loser", () => {})]), DEBUG);

    expect((await floating())[0]?.message).toContain("the loser");
  });

  it("reports nothing where everything was awaited", async () => {
    await run(async () => {
      await new CancelScope().run(async (scope) => {
        const waiting = sleepForever();
        scope.cancel();
        await waiting;
      });
      await shield(() => turn());
    }, DEBUG);

    expect(await floating()).toEqual([]);
  });

  it("reports no branch of a Promise.all that a cancellation of the whole is just ending", async () => {
    await run(
      () =>
        moveOnAfter(1, () =>
          Promise.all([
            sleepForever(),
            moveOnAfter(60_000, async () => {
              await sleepForever();
            }),
            shield(async () => {
              await turn();
            }),
          ]),
        ),
      DEBUG,
    );

    expect(await floating()).toEqual([]);
  });

  it("reports nothing of what was completed before", async () => {
    await run(() => {
      void checkpoint();
      void suspend("done", (waiter) => void waiter.resume(undefined));
    }, DEBUG);

    expect(await floating()).toEqual([]);
  });

  it("reports no scope that has ended, where that is still to be told", async () => {
    await run(async () => {
      spendBudget();
      void moveOnAfter(60_000, () => {});
      for (let i = 0; i < 10; i++) await undefined;
    }, DEBUG);

    expect(await floating()).toEqual([]);
  });

  it("reports nothing outside debug mode", async () => {
    await run(() => void sleepForever(), { signals: [] });

    expect(await floating()).toEqual([]);
  });

  it("ends debug mode with the run that asked for it", async () => {
    await run(() => {}, DEBUG);

    await run(() => void sleepForever(), { signals: [] });

    expect(await floating()).toEqual([]);
  });
});
