const assert = require("node:assert/strict");
const { failAfter, sleep, TimeoutError } = require("@anyio/core");
const { withTaskGroup } = require("@anyio/task-groups");

async function main() {
  const value = await withTaskGroup((tg) => tg.startSoon(() => sleep(1).then(() => 42)).result());
  assert.equal(value, 42);

  await assert.rejects(
    failAfter(5, () => sleep(60_000)),
    TimeoutError,
  );
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
