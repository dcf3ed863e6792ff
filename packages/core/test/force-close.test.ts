import { describe, expect, it } from "vitest";
import { CancelScope, forceClose, shield } from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import { errorOf } from "#support/caught";
import { turn } from "#support/turn";

class Connection {
  readonly events: string[] = [];

  async close(): Promise<void> {
    try {
      await checkpoint();
      this.events.push("said goodbye");
    } catch {
      this.events.push("skipped the goodbye");
    }
    this.events.push("closed");
  }
}

describe("forceClose", () => {
  it("closes without any graceful step", async () => {
    const connection = new Connection();

    await forceClose(connection);

    expect(connection.events).toEqual(["skipped the goodbye", "closed"]);
  });

  it("closes in a cancelled scope too", async () => {
    const connection = new Connection();

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      await forceClose(connection);
      connection.events.push("goes on");
    });

    expect(connection.events).toEqual(["skipped the goodbye", "closed", "goes on"]);
  });

  it("resolves in a cancelled scope, also where closing is cut short with an error", async () => {
    const resource = { close: () => checkpoint() };

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      expect(await forceClose(resource)).toBeUndefined();
    });
  });

  it("waits for what closing waits for", async () => {
    const events: string[] = [];

    await forceClose({
      close: () =>
        shield(async () => {
          await turn();
          events.push("reaped");
        }),
    });

    expect(events).toEqual(["reaped"]);
  });

  it("takes what is disposable, sync and async", async () => {
    const events: string[] = [];

    await forceClose({ [Symbol.dispose]: () => void events.push("sync") });
    await forceClose({
      [Symbol.asyncDispose]: async () => {
        await turn();
        events.push("async");
      },
    });

    expect(events).toEqual(["sync", "async"]);
  });

  it("takes a close() that is synchronous", async () => {
    const events: string[] = [];

    await forceClose({ close: () => events.push("closed") });

    expect(events).toEqual(["closed"]);
  });

  it("passes on what closing throws", async () => {
    const failure = new Error("cannot close");

    expect(await errorOf(forceClose({ close: () => Promise.reject(failure) }))).toBe(failure);
  });
});
