import { describe, expect, it } from "vitest";
import { CancelledError, CancelScope, moveOnAfter, shield } from "@anyio/core";
import { currentCancellation, suspend } from "@anyio/core/lowlevel";

describe("currentCancellation", () => {
  it("is nothing where nothing is cancelled, also behind a shield", async () => {
    const scope = new CancelScope();

    expect(currentCancellation()).toBeUndefined();
    await scope.run(async () => {
      scope.cancel();
      await shield(() => expect(currentCancellation()).toBeUndefined());
    });
  });

  it("tells what cancelled, a new error each time", async () => {
    await new CancelScope({ name: "download" }).run((scope) => {
      scope.cancel("enough");
      const error = currentCancellation();

      expect(error).toBeInstanceOf(CancelledError);
      expect(error).toMatchObject({ source: "cancel", scopeName: "download", reason: "enough" });
      expect(currentCancellation()).not.toBe(error);
    });
  });

  it("tells it to an undo, before the signal is aborted", async () => {
    const seen: unknown[] = [];
    await moveOnAfter(1, async () => {
      await new CancelScope().run(async ({ signal }) => {
        await suspend("nothing", () => () => {
          seen.push(signal.aborted, currentCancellation()?.source);
        });
      });
    });

    expect(seen).toEqual([false, "deadline"]);
  });
});
