import { describe, expect, it } from "vitest";
import { CancelScope, run } from "@anyio/core";
import { noteClosed, noteOpened, witness } from "@anyio/core/lowlevel";
import { collectUntil } from "#support/collect";
import { takeWarnings } from "#support/warnings";
import { mayLeak } from "#support/may-leak";

/** Makes a resource that nobody keeps; tells whether it has been collected. */
function forget(use: (resource: object) => void): () => boolean {
  const resource = {};
  use(resource);
  const reference = new WeakRef(resource);
  return () => reference.deref() === undefined;
}

function warningsOf(debug: boolean, use: (resource: object) => void): Promise<Error[]> {
  return run(
    async () => {
      await collectUntil(forget(use));
      // Finalizers come some time after the collection.
      await collectUntil(forget(() => {}));
      return await takeWarnings();
    },
    { debug, signals: [] },
  );
}

describe("noteOpened", () => {
  it("warns in debug mode of a resource that is collected without having been closed", mayLeak, async () => {
    const [warning, ...others] = await warningsOf(true, (resource) => noteOpened(resource, "the test's resource"));

    expect(others).toEqual([]);
    expect(warning).toMatchObject({
      code: "ANYIO_UNCLOSED",
      message: "the test's resource was collected without having been closed; close it, or declare it with using",
      detail: expect.stringContaining("open-resources.test"),
    });
  });

  it(
    "tells of the operation in which a resource was opened where the stack has nothing of it left",
    mayLeak,
    async () => {
      const log: string[] = [];
      const scope = new CancelScope();
      const [began, ended, left] = [() => {}, () => {}, () => {}];
      const end = witness(scope, { began, ended, left, opened: (_resource, _name, origin) => log.push(origin) });

      await scope.run(() =>
        new CancelScope().run(
          () =>
            new Promise<void>((resolve) => {
              setTimeout(noteOpened, 0, {}, "a socket");
              setTimeout(resolve, 5);
            }),
        ),
      );
      end();

      expect(log[0]).toMatch(/^ *at .*open-resources\.test/);
    },
  );

  it("warns of nothing outside debug mode", mayLeak, async () => {
    expect(await warningsOf(false, (resource) => noteOpened(resource, "the test's resource"))).toEqual([]);
  });
});

describe("noteClosed", () => {
  it("keeps the warning off", async () => {
    const warnings = await warningsOf(true, (resource) => {
      noteOpened(resource, "the test's resource");
      noteClosed(resource);
    });

    expect(warnings).toEqual([]);
  });
});
