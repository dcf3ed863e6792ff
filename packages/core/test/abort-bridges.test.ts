import * as events from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, get, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import {
  abandonOnCancel,
  CancelledError,
  CancelScope,
  currentSignal,
  failAfter,
  isCancelled,
  moveOnAfter,
  shield,
  sleepForever,
  TimeoutError,
  withSignal,
} from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import { caught, errorOf } from "#support/caught";
import { turn, turns } from "#support/turn";
import { unhandledRejectionsOf } from "#support/unhandled";
import { skipExplored } from "#support/explored";
import { mayLeak } from "#support/may-leak";

/** Work of a platform that obeys a signal in its own way, and says what it saw. */
function foreign(seen: string[], fail: (signal: AbortSignal) => unknown): (signal: AbortSignal) => Promise<string> {
  return (signal) =>
    new Promise((_resolve, reject) => {
      seen.push("began");
      signal.addEventListener("abort", () => {
        seen.push("aborted");
        setImmediate(() => {
          seen.push("ended");
          reject(fail(signal));
        });
      });
    });
}

const ways: Record<string, (signal: AbortSignal) => unknown> = {
  "the signal's reason": (signal) => signal.reason,
  "an AbortError with the reason as its cause": (signal) =>
    Object.assign(new Error("aborted", { cause: signal.reason }), { name: "AbortError" }),
  "an AbortError of its own": () => Object.assign(new Error("aborted"), { name: "AbortError" }),
};

describe("withSignal", () => {
  it("delivers what the work resolves to", async () => {
    expect(await withSignal(async (signal) => `aborted: ${signal.aborted}`)).toBe("aborted: false");
  });

  it("rejects with what the work rejects with", async () => {
    const failure = new Error("offline");

    expect(await errorOf(withSignal(() => Promise.reject(failure)))).toBe(failure);
  });

  it("rejects with what the function throws", async () => {
    const failure = new Error("sync");

    expect(
      await errorOf(
        withSignal(() => {
          throw failure;
        }),
      ),
    ).toBe(failure);
  });

  it("does not begin the work in a cancelled scope", async () => {
    const seen: string[] = [];

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      await caught(withSignal(foreign(seen, ways["the signal's reason"] as () => unknown)), CancelledError);
    });

    expect(seen).toEqual([]);
  });

  it.each(Object.entries(ways))(
    "aborts, joins the work, and turns its abort into CancelledError: %s",
    async (_, fail) => {
      const seen: string[] = [];

      await new CancelScope({ name: "mine" }).run(async (scope) => {
        const promise = caught(withSignal(foreign(seen, fail)), CancelledError);
        await turn();
        scope.cancel("enough");
        seen.push("cancel returned");
        const error = await promise;
        seen.push("rejected");
        expect(error).toMatchObject({ source: "cancel", scopeName: "mine", reason: "enough" });
      });

      expect(seen).toEqual(["began", "aborted", "cancel returned", "ended", "rejected"]);
    },
  );

  it("gives the work a CancelledError as the signal's reason", async () => {
    let reason: unknown;

    await new CancelScope().run(async (scope) => {
      const promise = withSignal(
        (signal) =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => {
              reason = signal.reason;
              reject(signal.reason as Error);
            });
          }),
      );
      scope.cancel("enough");
      await promise;
    });

    expect(reason).toBeInstanceOf(CancelledError);
    expect((reason as CancelledError).reason).toBe("enough");
  });

  it("delivers the value of work that completes in spite of the abort", async () => {
    const value = await new CancelScope().run(async (scope) => {
      const promise = withSignal(async () => {
        await turns(2);
        return "committed";
      });
      scope.cancel();
      return await promise;
    });

    expect(value).toBe("committed");
  });

  it("rejects with the work's own error where that is no abort", async () => {
    const failure = new Error("rollback failed");

    const error = await errorOf(
      new CancelScope().run(async (scope) => {
        const promise = withSignal(foreign([], () => failure));
        scope.cancel();
        await promise;
      }),
    );

    expect(error).toBe(failure);
  });

  it("takes an abort that nobody here asked for as an ordinary error", async () => {
    const abort = Object.assign(new Error("aborted"), { name: "AbortError" });

    expect(await errorOf(withSignal(() => Promise.reject(abort)))).toBe(abort);
  });

  it("passes a signal of its own each time", async () => {
    const signals: AbortSignal[] = [];

    await withSignal(async (signal) => signals.push(signal));
    await withSignal(async (signal) => signals.push(signal));

    expect(signals[0]).not.toBe(signals[1]);
  });

  it("does not abort the signal when the work has ended", async () => {
    let signal: AbortSignal | undefined;

    await new CancelScope().run(async (scope) => {
      await withSignal(async (given) => void (signal = given));
      scope.cancel();
    });

    expect(signal?.aborted).toBe(false);
  });

  it("aborts only once a shield is taken away", async () => {
    const seen: string[] = [];

    await new CancelScope().run((outer) =>
      new CancelScope({ shield: true }).run(async (inner) => {
        const promise = withSignal(foreign(seen, ways["the signal's reason"] as () => unknown));
        outer.cancel();
        await turn();
        seen.push("shielded");
        inner.shield = false;
        await promise;
      }),
    );

    expect(seen).toEqual(["began", "shielded", "aborted", "ended"]);
  });

  it("is no unhandled rejection when it is cancelled and nobody awaits it", mayLeak, async () => {
    const unhandled = await unhandledRejectionsOf(async () => {
      await new CancelScope().run(async (scope) => {
        for (const fail of Object.values(ways)) void withSignal(foreign([], fail));
        await turn();
        scope.cancel();
      });
      await new CancelScope().run(() => {
        for (const fail of Object.values(ways)) void withSignal(foreign([], fail));
      });
    });

    expect(unhandled).toEqual([]);
  });

  it("turns into a TimeoutError where a deadline struck", async () => {
    skipExplored("its time is real, and virtual time stands still meanwhile");
    const error = await caught(
      failAfter(5, () => withSignal((signal) => delay(60_000, undefined, { signal }))),
      TimeoutError,
    );

    expect(error.budget).toBe(5);
  });
});

describe("currentSignal", () => {
  it("is the signal of the scope it is called in, cached", async () => {
    await new CancelScope().run(async (scope) => {
      expect(currentSignal()).toBe(scope.signal);
      expect(currentSignal()).toBe(currentSignal());
      await new CancelScope().run((inner) => expect(currentSignal()).toBe(inner.signal));
    });
  });

  it("is aborted with a CancelledError when the scope is effectively cancelled", async () => {
    await new CancelScope().run((outer) =>
      failAfter(60_000, () => {
        const signal = currentSignal();
        outer.cancel("enough");

        expect(signal.aborted).toBe(true);
        expect(signal.reason).toMatchObject({ source: "cancel", reason: "enough" });
      }),
    );
  });

  it("is never aborted outside every scope", () => {
    expect(currentSignal().aborted).toBe(false);
    expect(currentSignal()).toBe(currentSignal());
  });

  it("is a new one where a shield hides the cancellation that aborted the old one", async () => {
    await new CancelScope().run((outer) =>
      new CancelScope().run((inner) => {
        outer.cancel();
        const old = currentSignal();
        inner.shield = true;

        expect([old.aborted, currentSignal().aborted]).toEqual([true, false]);
      }),
    );
  });
});

describe("abandonOnCancel", () => {
  it("delivers what the promise resolves to", async () => {
    expect(await abandonOnCancel(Promise.resolve(42))).toBe(42);
  });

  it("rejects with what the promise rejects with", async () => {
    const failure = new Error("offline");

    expect(await errorOf(abandonOnCancel(Promise.reject(failure)))).toBe(failure);
  });

  it("takes a thenable that is no promise", async () => {
    const source = Promise.resolve("thenable");
    // oxlint-disable-next-line unicorn/no-thenable -- libraries have such objects
    const thenable: PromiseLike<string> = { then: source.then.bind(source) };

    expect(await abandonOnCancel(thenable)).toBe("thenable");
  });

  it("stops waiting when cancelled; the work goes on", async () => {
    const events: string[] = [];
    const work = turns(5).then(() => events.push("work done"));

    await new CancelScope().run(async (scope) => {
      const waiting = abandonOnCancel(work).catch(() => events.push("abandoned"));
      scope.cancel();
      await waiting;
    });
    events.push("left");
    await work;

    expect(events).toEqual(["abandoned", "left", "work done"]);
  });

  it("consumes a late error", async () => {
    const unhandled = await unhandledRejectionsOf(async () => {
      const work = turns(3).then(() => Promise.reject(new Error("late")));
      await new CancelScope().run(async (scope) => {
        scope.cancel();
        await errorOf(abandonOnCancel(work));
      });
      await new CancelScope().run(async (scope) => {
        const waiting = errorOf(abandonOnCancel(turns(3).then(() => Promise.reject(new Error("late")))));
        scope.cancel();
        await waiting;
      });
      await turns(6);
    });

    expect(unhandled).toEqual([]);
  });

  it("is refused in a cancelled scope, also where the promise is settled already", async () => {
    await new CancelScope().run(async (scope) => {
      scope.cancel();
      await caught(abandonOnCancel(Promise.resolve("there")), CancelledError);
    });
  });
});

describe("functions of the platform", () => {
  let server: Server | undefined;

  /** A server that answers "/now" and never answers anything else. */
  const serve = async (): Promise<string> => {
    server = createServer((request, response) => {
      if (request.url === "/now") response.end("here");
    });
    await new Promise<void>((resolve) => void server?.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  const fetchText = (url: string, signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => {
      const request = get(url, { signal, agent: false }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("end", () => resolve(text));
      });
      request.on("error", reject);
    });

  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    server = undefined;
  });

  it("end by a cancellation: timers/promises' setTimeout with currentSignal()", async () => {
    const scope = new CancelScope();

    await scope.run(async () => {
      const promise = delay(60_000, undefined, { signal: currentSignal() });
      await turn();
      scope.cancel();
      await promise;
    });

    expect(scope.cancelledCaught).toBe(true);
  });

  it("end by a cancellation: fs.readFile with currentSignal()", async () => {
    const dir = await mkdtemp(join(tmpdir(), "anyio-"));
    const path = join(dir, "file");
    await writeFile(path, "x".repeat(1_000_000));
    const scope = new CancelScope();

    await scope.run(async () => {
      const promise = readFile(path, { signal: currentSignal() });
      scope.cancel();
      await promise;
    });
    await rm(dir, { recursive: true });

    expect(scope.cancelledCaught).toBe(true);
  });

  it("end by a cancellation: an http request with currentSignal()", async () => {
    const url = await serve();
    const scope = new CancelScope();

    await scope.run(async () => {
      const promise = fetchText(`${url}/never`, currentSignal());
      await turns(3);
      scope.cancel();
      const error = await errorOf(promise);
      expect(isCancelled(error)).toBe(true);
      throw error;
    });

    expect(scope.cancelledCaught).toBe(true);
  });

  it("end by a cancellation: fetch with currentSignal()", async () => {
    const url = await serve();

    const value = await moveOnAfter(30, async () => {
      const response = await fetch(`${url}/never`, { signal: currentSignal() });
      return await response.text();
    });

    expect(value).toBeUndefined();
  });

  it("complete through withSignal, and leave nothing behind", async () => {
    const url = await serve();

    expect(await withSignal((signal) => fetchText(`${url}/now`, signal))).toBe("here");
    expect(await withSignal(async (signal) => (await fetch(`${url}/now`, { signal })).text())).toBe("here");
  });

  it("end by a cancellation through withSignal, joined", async () => {
    skipExplored("its time is real, and virtual time stands still meanwhile");
    const url = await serve();
    const closed = new Promise<void>((resolve) =>
      server?.on("connection", (socket) => void socket.on("close", () => resolve())),
    );

    await caught(
      failAfter(30, () => withSignal((signal) => fetchText(`${url}/never`, signal))),
      TimeoutError,
    );

    await closed;
  });
});

describe("a long-lived AbortSignal", () => {
  const COUNT = 100_000;

  // Not every runtime has it.
  const { getEventListeners } = events as { getEventListeners?: (target: EventTarget, name: string) => unknown[] };
  const listeners = (signal: AbortSignal): number => getEventListeners?.(signal, "abort").length ?? 0;

  it("has no listener left after 100,000 scopes that followed it", async () => {
    const { signal } = new AbortController();

    for (let i = 0; i < COUNT; i++) await new CancelScope({ signal }).run(() => {});

    expect(listeners(signal)).toBe(0);
  });

  it("has at most one listener of 10,000 scopes that follow it at once", async () => {
    const controller = new AbortController();
    const scopes = Array.from({ length: 10_000 }, () => new CancelScope({ signal: controller.signal }));

    const all = Promise.all(scopes.map((scope) => scope.run(() => sleepForever())));
    expect(listeners(controller.signal)).toBeLessThanOrEqual(1);
    controller.abort();
    await all;

    expect(listeners(controller.signal)).toBe(0);
  });

  it("of a scope has no listener left after 100,000 operations under it", async () => {
    await new CancelScope().run(async () => {
      const signal = currentSignal();

      for (let i = 0; i < COUNT; i++) {
        await withSignal(() => Promise.resolve());
        await abandonOnCancel(Promise.resolve());
        await checkpoint();
      }

      expect(listeners(signal)).toBe(0);
    });
  }, 60_000);

  it("of a scope has no listener left after 100,000 scopes nested in it one after the other", async () => {
    await new CancelScope().run(async () => {
      const signal = currentSignal();

      for (let i = 0; i < COUNT; i++) await shield(() => new CancelScope().run(() => currentSignal().aborted));

      expect(listeners(signal)).toBe(0);
    });
  }, 60_000);

  it("cancels the scopes that follow it at that time, after others have left", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    await new CancelScope({ signal }).run(() => {});
    const scope = new CancelScope({ signal });

    const left = scope.run(async () => {
      await new CancelScope({ signal }).run(() => {});
      await sleepForever();
    });
    await turn();
    controller.abort("now");
    await left;

    expect(scope.cancelReason).toBe("now");
  });
});
