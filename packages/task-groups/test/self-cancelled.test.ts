import { describe, expect, it } from "vitest";
import { CancelledError, sleep } from "@anyio/core";
import { currentScope } from "@anyio/core/lowlevel";
import { amap, gather, race, TaskCancelledError } from "@anyio/task-groups";
import { caught } from "#support/caught";

const cancelItself = async (): Promise<void> => {
  currentScope().cancel();
  await sleep(1);
};

describe("a function that cancels itself", () => {
  it("has no result for gather to return", async () => {
    await expect(gather([cancelItself, () => sleep(1)])).rejects.toBeInstanceOf(TaskCancelledError);
  });

  it("leaves no hole in what amap returns", async () => {
    await expect(amap((cancels) => (cancels ? cancelItself() : sleep(1)), [false, true, false])).rejects.toBeInstanceOf(
      TaskCancelledError,
    );
  });

  it("is told of with its cancellation as the cause", async () => {
    const attempts = [
      gather([cancelItself, cancelItself]),
      race([cancelItself, cancelItself]),
      amap(cancelItself, [1, 2]),
    ];

    for (const attempt of attempts) {
      const error = await caught(attempt, TaskCancelledError);
      expect(error.message).toMatch(/has no result; its cause says who cancelled it$/);
      expect(error.cause).toBeInstanceOf(CancelledError);
    }
  });

  it("does not win a race", async () => {
    await expect(race([cancelItself, () => sleep(1).then(() => "slow")])).resolves.toBe("slow");
  });

  it("leaves a race without a winner where all do it", async () => {
    await expect(race([cancelItself, cancelItself])).rejects.toBeInstanceOf(TaskCancelledError);
  });
});
