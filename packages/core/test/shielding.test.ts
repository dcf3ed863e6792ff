import { describe, expect, it } from "vitest";
import { CancelledError, CancelScope, shield, sleepForever } from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import { caught } from "#support/caught";
import { turn } from "#support/turn";

describe("shield", () => {
  it("hides outer cancellation", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (outer) => {
      outer.cancel();
      await new CancelScope({ shield: true }).run(async () => {
        await checkpoint();
        events.push("cleaned up");
      });
      await checkpoint().catch(() => events.push("struck outside"));
    });

    expect(events).toEqual(["cleaned up", "struck outside"]);
  });

  it("does not hide its own cancellation", async () => {
    const scope = new CancelScope({ shield: true });

    await scope.run(async () => {
      scope.cancel();
      await checkpoint();
    });

    expect(scope.cancelledCaught).toBe(true);
  });

  it("delivers what was held back when it is set to false", async () => {
    const events: string[] = [];
    const outer = new CancelScope();

    await outer.run(() =>
      new CancelScope({ shield: true }).run(async (inner) => {
        const waiting = sleepForever().catch((error: unknown) => {
          events.push("struck");
          throw error;
        });
        outer.cancel("held back");
        await turn();
        events.push("shielded");
        inner.shield = false;
        events.push("unshielded");
        await waiting;
      }),
    );

    expect(events).toEqual(["shielded", "unshielded", "struck"]);
    expect(outer.cancelledCaught).toBe(true);
  });

  it("delivers nothing when it is set to false and nothing was held back", async () => {
    const value = await new CancelScope({ shield: true }).run(async (scope) => {
      scope.shield = false;
      await checkpoint();
      return "alive";
    });

    expect(value).toBe("alive");
  });

  it("hides a cancellation again when it is set to true in a cancelled scope", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (outer) => {
      await new CancelScope().run(async (inner) => {
        outer.cancel();
        await checkpoint().catch(() => events.push("struck"));
        inner.shield = true;
        await checkpoint();
        events.push("hidden");
        inner.shield = false;
        await checkpoint().catch(() => events.push("struck again"));
      });
    });

    expect(events).toEqual(["struck", "hidden", "struck again"]);
  });

  it("gives new provenance where its own cancellation stays when the outer one is hidden", async () => {
    const reasons: unknown[] = [];
    const outer = new CancelScope();

    await outer.run(() =>
      new CancelScope().run(async (inner) => {
        outer.cancel("outer");
        inner.cancel("inner");
        reasons.push((await caught(checkpoint(), CancelledError)).reason);
        inner.shield = true;
        reasons.push((await caught(checkpoint(), CancelledError)).reason);
      }),
    );

    expect(reasons).toEqual(["outer", "inner"]);
  });

  it("holds for what is nested in it, as long as nothing in there is cancelled", async () => {
    const events: string[] = [];

    await new CancelScope().run(async (outer) => {
      outer.cancel();
      await shield(async () => {
        await new CancelScope().run(async (inner) => {
          await checkpoint();
          events.push("alive");
          inner.cancel();
          await checkpoint().catch(() => events.push("cancelled by its own"));
        });
        await checkpoint();
        events.push("alive again");
      });
    });

    expect(events).toEqual(["alive", "cancelled by its own", "alive again"]);
  });

  it("reads back what was set", () => {
    const scope = new CancelScope();
    const before = scope.shield;
    scope.shield = true;

    expect([before, scope.shield, new CancelScope({ shield: true }).shield]).toEqual([false, true, true]);
  });
});
