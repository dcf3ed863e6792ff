import { describe, expect, it } from "vitest";
import { CancelScope, sleepForever } from "@anyio/core";
import { withTaskGroup } from "@anyio/task-groups";
import { mayLeak } from "#support/may-leak";

describe("a stray cancellation", () => {
  it("fails the group also where its task left an operation behind", mayLeak, async () => {
    const elsewhere = new CancelScope();
    const shared = elsewhere.run(async () => {
      elsewhere.cancel();
      const error: unknown = await sleepForever().catch((thrown: unknown) => thrown);
      return error;
    });
    const stray = await shared;

    const group = withTaskGroup((tg) => {
      tg.startSoon(() => {
        void sleepForever();
        throw stray;
      });
    });

    await expect(group).rejects.toBe(stray);
  });
});
