import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, it } from "vitest";
import { CancelScope, failAfter, isCancelled, run, sleep, sleepForever, TimeoutError } from "@anyio/core";
import { currentScope } from "@anyio/core/lowlevel";
import { VirtualClock } from "@anyio/testing";
import { callable, type RemoteFunction, toThread, transfer } from "@anyio/threads";
import { caught, errorOf } from "#support/caught";
import { outside } from "#support/outside";
import { isRuntime } from "#support/runtimes";
import { inProgram } from "./support/program.js";
import { flag, raised, work } from "./support/work.js";

type Twice = (n: number) => number | Promise<number>;

const callSync = (remote: RemoteFunction<Twice>, n: number): number => remote.callSync(n);
const callAsync = (remote: RemoteFunction<Twice>, n: number): Promise<number> => remote.call(n);

describe("callable", { timeout: 30_000 }, () => {
  it.each([
    ["blocking", callSync],
    ["async", callAsync],
  ])("can be called from the thread: %s", async (_how, fn) => {
    const [sync, async] = await inProgram(() =>
      Promise.all([
        toThread.run(fn, [callable((n: number) => 2 * n), 21]),
        toThread.run(fn, [callable(async (n: number) => sleep(5).then(() => 3 * n)), 14]),
      ]),
    );

    expect([sync, async]).toEqual([42, 42]);
  });

  it("runs in the scope of whoever called the thread", async () => {
    await inProgram(async () => {
      const scope = new CancelScope();
      const parents: unknown[] = [];

      await scope.run(() =>
        toThread.run(callSync, [
          callable(() => {
            currentScope().cancel("its own");
            parents.push(scope.cancelCalled);
            return 1;
          }),
          1,
        ]),
      );

      expect(parents).toEqual([false]);
    });
  });

  it("has the storages of whoever called the thread, and not of who called it first", async () => {
    await inProgram(async () => {
      const requestId = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const fn = (remote: RemoteFunction<() => void>): Promise<void> => remote.call();
      const note = async (): Promise<void> => {
        seen.push(requestId.getStore());
        await sleep(1);
        seen.push(requestId.getStore());
      };

      await requestId.run("A", () => toThread.run(fn, [callable(note)]));
      await requestId.run("B", () => toThread.run(fn, [callable(note)]));

      expect(seen).toEqual(["A", "A", "B", "B"]);
    });
  });

  it("keeps the order, and a thread may have several under way", async () => {
    const values: number[] = [];
    const fn = (remote: RemoteFunction<(n: number) => void>): Promise<unknown> =>
      Promise.all(Array.from({ length: 100 }, (_, n) => remote.call(n)));

    await inProgram(() => toThread.run(fn, [callable((n: number) => void values.push(n))]));

    expect(values).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  it.each([
    ["blocking", callSync],
    ["async", callAsync],
  ])("throws there what it throws here, and back: %s", async (_how, fn) => {
    const error = await caught(
      inProgram(() =>
        toThread.run(fn, [
          callable(() => {
            throw Object.assign(new RangeError("too far"), { code: "E_FAR" });
          }),
          1,
        ]),
      ),
      RangeError,
    );

    expect(error).toMatchObject({ message: "too far", code: "E_FAR" });
    expect(error.stack).toMatch(/in worker thread \d+:[^]*in the main thread:/);
    // The first frame there is that of the function, and not one of ours.
    if (isRuntime("node")) expect(error.stack).toMatch(/in worker thread \d+:\n +at [^\n]*<anonymous>:1:/);
  });

  it("can be caught there", async () => {
    const fn = (remote: RemoteFunction<() => void>): string => {
      try {
        remote.callSync();
        return "nothing";
      } catch (error) {
        return String(error);
      }
    };

    const text = await inProgram(() =>
      toThread.run(fn, [
        callable(() => {
          throw new RangeError("too far");
        }),
      ]),
    );

    expect(text).toBe("RangeError: too far");
  });

  it.each([
    ["blocking", callSync],
    ["async", callAsync],
  ])("is cancelled with the caller, and counts as its cancellation: %s", async (_how, fn) => {
    const events: unknown[] = [];
    const error = await caught(
      inProgram(() =>
        failAfter(30, () =>
          toThread.run(fn, [
            callable(async () => {
              await sleepForever().catch((error: unknown) => {
                events.push(isCancelled(error));
                throw error;
              });
              return 1;
            }),
            1,
          ]),
        ),
      ),
      TimeoutError,
    );

    expect(error.budget).toBe(30);
    expect(events).toEqual([true]);
  });

  it("need not be awaited: what is under way when the call ends harms no thread", async () => {
    await inProgram(async () => {
      const { threadId } = work;
      const before = await toThread.run(threadId);
      const fn = (remote: RemoteFunction<(n: number) => void>): string => {
        for (let n = 0; n < 10; n++) void remote.call(n);
        return "ended";
      };

      expect(await toThread.run(fn, [callable(() => sleepForever())])).toBe("ended");
      // It has turned its event loop since.
      expect(await toThread.run(work.default, ["unharmed"])).toBe("unharmed");
      expect(await toThread.run(threadId)).toBe(before);
    });
  });

  it.each([
    ["blocking", callSync],
    ["async", callAsync],
  ])("may throw what cannot be read: %s", async (_how, fn) => {
    const error = await caught(
      inProgram(() =>
        toThread.run(fn, [
          callable(() => {
            throw Object.defineProperty(new RangeError("far"), "detail", {
              get() {
                throw new Error("gone");
              },
            });
          }),
          1,
        ]),
      ),
      RangeError,
    );

    expect(error.message).toBe("far");
  });

  it("is cancelled and waited for when the call ends that it was given to", async () => {
    const events: string[] = [];
    const fn = (remote: RemoteFunction<() => void>): string => {
      void remote.call().catch(() => {});
      return "ended";
    };

    await inProgram(async () => {
      const value = await toThread.run(fn, [
        callable(async () => {
          try {
            await sleepForever();
          } finally {
            events.push("cleaned up");
          }
        }),
      ]);
      events.push(value);
    });

    expect(events).toEqual(["cleaned up", "ended"]);
  });

  it("is over when the call is that it was given to: RunFinishedError", async () => {
    await inProgram(async () => {
      await toThread.run(work.keepFunction, [callable((n: number) => n) as never]);

      expect(await toThread.run(work.useKeptFunction)).toEqual(["RunFinishedError", "RunFinishedError"]);
    });
  });

  it("is over when the call is abandoned: RunFinishedError", async () => {
    await inProgram(async () => {
      const [began, seen] = [flag(), flag()];
      const scope = new CancelScope();
      const fn = (remote: RemoteFunction<() => void>, began: Int32Array, seen: Int32Array): void => {
        Atomics.store(began, 0, 1);
        for (;;) {
          try {
            remote.callSync();
          } catch (error) {
            if ((error as Error).name !== "RunFinishedError") continue;
            Atomics.store(seen, 0, 1);
            return;
          }
        }
      };

      const running = scope.run(() => toThread.run(fn, [callable(() => {}), began, seen], { onCancel: "abandon" }));
      await raised(began);
      scope.cancel();
      await running;

      await raised(seen);
    });
  });

  it("has to be an argument by itself", async () => {
    const error = await caught(
      inProgram(() => toThread.run((given: object) => given, [{ inside: callable(() => {}) }])),
      DOMException,
    );

    expect(error.name).toBe("DataCloneError");
    expect(() => callable(() => {}).callSync()).toThrow(TypeError);
    expect(() => callable("no" as never)).toThrow(TypeError);
  });

  it("is a DataCloneError there where its result, or an argument, cannot be cloned", async () => {
    const wrongArgument = (remote: RemoteFunction<(given: unknown) => void>): void => remote.callSync(() => {});
    const errors = await inProgram(() =>
      Promise.all([
        errorOf(toThread.run(callSync, [callable((() => () => {}) as never), 1])),
        errorOf(toThread.run(wrongArgument, [callable(() => {})])),
      ]),
    );

    expect(errors.map((error) => (error as Error).name)).toEqual(["DataCloneError", "DataCloneError"]);
  });

  it("hands over what it is told to transfer", async () => {
    const bytes = new Uint8Array(1_000);
    const fn = (remote: RemoteFunction<() => Uint8Array>): number => remote.callSync().length;

    const length = await inProgram(() => toThread.run(fn, [callable(() => transfer(bytes, [bytes.buffer]))]));

    expect([length, bytes.length]).toEqual([1_000, 0]);
  });

  it("lets a virtual clock go on while the thread waits for it", async () => {
    const backend = { clock: new VirtualClock({ autojump: true }) };

    const value = await outside(() =>
      run(() => toThread.run(callSync, [callable(async (n: number) => sleep(3_600_000).then(() => n)), 7]), {
        signals: [],
        backend,
      }),
    );

    expect(value).toBe(7);
  });
});
