// core-a and core-b are two copies of @anyio/core, of different versions.
import assert from "node:assert/strict";
import * as a from "core-a";
import * as lowA from "core-a/lowlevel";
import * as b from "core-b";
import * as lowB from "core-b/lowlevel";

assert.notEqual(a.CancelScope, b.CancelScope, "the copies are not two");

await cancels(a, b);
await cancels(b, a);
await timesOut(a, b);
await timesOut(b, a);

/** A scope opened through one copy cancels an operation begun through the other. */
async function cancels(opener, operator) {
  const errors = [];
  const scope = new opener.CancelScope({ name: "outer" });
  await scope.run(async () => {
    setImmediate(() => scope.cancel("enough"));
    await operator.sleep(60_000).catch((error) => errors.push(error));
    // It stays cancelled, for either copy.
    await opener.sleep(0).catch((error) => errors.push(error));
    await operator.sleep(0);
  });

  assert.equal(scope.cancelledCaught, true);
  assert.equal(errors.length, 2);
  for (const error of errors) {
    for (const copy of [a, b]) {
      assert.ok(error instanceof copy.CancelledError);
      assert.ok(copy.isCancelled(error));
    }
    assert.equal(error.scopeName, "outer");
    assert.equal(error.reason, "enough");
  }
}

/** A deadline of one copy strikes in the scopes and operations of the other. */
async function timesOut(opener, operator) {
  const error = await opener
    .failAfter(20, () => operator.moveOnAfter(60_000, () => operator.sleepForever()))
    .catch((thrown) => thrown);

  assert.ok(error instanceof a.TimeoutError);
  assert.ok(error instanceof b.TimeoutError);
}

await a.moveOnAfter(60_000, async (scope) => {
  assert.equal(lowA.currentScope(), scope);
  assert.equal(lowB.currentScope(), scope);
  assert.equal(a.currentEffectiveDeadline(), b.currentEffectiveDeadline());
  await b.sleep(1);
});
