import { describe, expect, it } from "vitest";
import { CancelScope, sleepForever } from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import { turn, turns } from "#support/turn";
import { mayLeak } from "#support/may-leak";

describe("deep nesting", () => {
  const DEPTH = 100_000;

  /** Runs `innermost` in `DEPTH` scopes, each in the one before. */
  const nest = async (innermost: () => Promise<void>): Promise<CancelScope[]> => {
    const scopes: CancelScope[] = [];
    const descend = async (): Promise<void> => {
      // Lets go of the JavaScript stack: it is the tree that is deep here.
      await undefined;
      const scope = new CancelScope();
      scopes.push(scope);
      await scope.run(() => (scopes.length === DEPTH ? innermost() : descend()));
    };
    await descend();
    return scopes;
  };

  it("of 100,000 scopes is entered and left without overflowing the stack", async () => {
    const scopes = await nest(() => checkpoint());

    expect(scopes).toHaveLength(DEPTH);
  }, 60_000);

  it("of 100,000 scopes is cancelled from outside without overflowing the stack", async () => {
    const outer = new CancelScope();

    await outer.run(() =>
      nest(async () => {
        const waiting = sleepForever();
        outer.cancel();
        await waiting;
      }),
    );

    expect(outer.cancelledCaught).toBe(true);
  }, 60_000);

  it(
    "of 100,000 scopes that nobody awaited is settled when the outermost is left",
    { ...mayLeak, timeout: 60_000 },
    async () => {
      let settled = 0;
      const float = async (depth: number): Promise<void> => {
        if (depth === 0) return await sleepForever();
        await undefined;
        void new CancelScope()
          .run(() => float(depth - 1))
          .catch(() => {})
          .finally(() => settled++);
      };

      await new CancelScope().run(async () => {
        await float(DEPTH);
        await turns(5);
      });
      await turn();

      expect(settled).toBe(DEPTH);
    },
  );
});
