import { describe, expect, it } from "vitest";
import { sleep } from "@anyio/core";
import { currentScope } from "@anyio/core/lowlevel";
import { amap, gather, race, TaskCancelledError } from "@anyio/task-groups";

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

  it("does not win a race", async () => {
    await expect(race([cancelItself, () => sleep(1).then(() => "slow")])).resolves.toBe("slow");
  });

  it("leaves a race without a winner where all do it", async () => {
    await expect(race([cancelItself, cancelItself])).rejects.toBeInstanceOf(TaskCancelledError);
  });
});
