import assert from "node:assert/strict";
import { failAfter, sleep, TimeoutError } from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import { withTaskGroup } from "@anyio/task-groups";

const done = [];
await withTaskGroup(async (tg) => {
  tg.startSoon(async () => {
    await sleep(1);
    done.push("child");
  });
  await checkpoint();
  done.push("body");
});
assert.deepEqual(done, ["body", "child"]);

await assert.rejects(
  failAfter(5, () => sleep(60_000)),
  TimeoutError,
);
