import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { beforeEach, describe, expect, it } from "vitest";
import {
  BrokenWorkerError,
  CancelScope,
  currentSignal,
  ExceptionGroup,
  failAfter,
  isCancelled,
  moveOnAfter,
  run,
  shield,
  sleep,
  sleepForever,
  TimeoutError,
  waitAllTasksBlocked,
} from "@anyio/core";
import { moduleExport } from "@anyio/core/lowlevel";
import { CapacityLimiter } from "@anyio/sync";
import { withTaskGroup } from "@anyio/task-groups";
import { assertNoLeaks, VirtualClock } from "@anyio/testing";
import { callable, defaultThreadLimiter, type RemoteFunction, toThread, worker } from "@anyio/threads";
import { caught, errorOf } from "#support/caught";
import { mayLeak } from "#support/may-leak";
import { outside } from "#support/outside";
import { skipOn } from "#support/runtimes";
import { unhandledRejectionsOf } from "#support/unhandled";
import { takeWarnings } from "#support/warnings";
import { inProgram } from "./support/program.js";
import { blockList, refuseBlockLists } from "./support/unreadable.js";
import { flag, MODULE, raise, raised, work } from "./support/work.js";

// oxlint-disable-next-line eslint/no-extra-bind -- it is what makes it one
const BOUND = (() => 1).bind(null);

/* oxlint-disable typescript/unbound-method -- it is what is refused */
const METHODS = (({ plain, later, many }) => ({ plain, later, many }))({
  plain() {},
  async later() {},
  *many() {
    yield 1;
  },
});
/* oxlint-enable typescript/unbound-method */

const { threadId } = work;

// A thread takes some 20 ms to start, and several times as long on a busy machine.
describe("toThread.run", { timeout: 30_000 }, () => {
  it("calls a function in another thread", async () => {
    const id = await inProgram(() => toThread.run(threadId));

    expect(id).toBeGreaterThan(0);
  });

  it("takes functions of any form, and waits for those that are async", async () => {
    function declared(a: number, b: number) {
      return a * b;
    }
    const values = await inProgram(() =>
      Promise.all([
        toThread.run(declared, [6, 7]),
        toThread.run((a: string) => a.toUpperCase(), ["arrow"]),
        toThread.run(async (a: number) => a + (await Promise.resolve(1)), [1]),
        toThread.run(
          function named(n: number): number {
            return n < 2 ? n : named(n - 1) + named(n - 2);
          },
          [15],
        ),
        toThread.run(function (this: unknown) {
          return this === undefined;
        }),
      ]),
    );

    expect(values).toEqual([42, "ARROW", 2, 610, true]);
  });

  it("takes exports of a module", async () => {
    const values = await inProgram(() =>
      Promise.all([
        toThread.run(work.add, [1, 2]),
        toThread.run(work.default, ["slowly"]),
        toThread.run(moduleExport<(a: number, b: number) => number>(MODULE, "add"), [3, 4]),
      ]),
    );

    expect(values).toEqual([3, "slowly", 7]);
  });

  it("hands over and back whatever can be cloned", async () => {
    const value = {
      map: new Map([["key", new Set([1n])]]),
      date: new Date(0),
      bytes: new Uint8Array([1, 2, 3]),
      pattern: /a/gu,
      odd: [undefined, null, NaN, -0, Infinity],
    };
    const circle: { self?: unknown } = {};
    circle.self = circle;

    const [back, isRound, nothing] = await inProgram(() =>
      Promise.all([
        toThread.run((given: typeof value) => given, [value]),
        toThread.run((given: { self?: unknown }) => given.self === given, [circle]),
        toThread.run(() => {}),
      ]),
    );

    expect(back).toEqual(value);
    expect(isRound).toBe(true);
    expect(nothing).toBeUndefined();
  });

  it("clones its arguments when it is called, where there is a token", async () => {
    const list = [1];

    const running = inProgram(() => toThread.run((given: number[]) => given.length, [list]));
    list.push(2);

    expect(await running).toBe(1);
  });

  it("hands over what it is told to transfer", async () => {
    const bytes = new Uint8Array(1_000_000);

    const length = await inProgram(() =>
      toThread.run((given: Uint8Array) => given.length, [bytes], { transfer: [bytes.buffer] }),
    );

    expect([length, bytes.length]).toEqual([1_000_000, 0]);
  });

  it("works outside run()", mayLeak, async () => {
    expect(await outside(() => toThread.run(work.add, [1, 1]))).toBe(2);
  });

  it("works from two branches of one Promise.all, and ten thousand times at once", async () => {
    const sums = await inProgram(() => {
      defaultThreadLimiter().totalTokens = 2;
      return Promise.all(Array.from({ length: 10_000 }, (_, i) => toThread.run(work.add, [i, 1])));
    });

    expect(sums).toEqual(Array.from({ length: 10_000 }, (_, i) => i + 1));
  });
});

describe("toThread.run, what it refuses", { timeout: 30_000 }, () => {
  it.each([
    ["a native function", Math.max],
    ["a bound function", BOUND],
    ["a method", METHODS.plain],
    ["an async method", METHODS.later],
    ["a generator method", METHODS.many],
    ["a class", Map],
    ["a class of one's own", CancelScope],
    ["a text", "() => 1"],
    ["nothing", undefined],
  ])("is a TypeError: %s", async (_what, fn) => {
    const error = await caught(toThread.run(fn as () => void), TypeError);

    expect(error.message).toMatch(/^fn /);
  });

  it.each([
    ["arguments that are no array", 1, {}, TypeError],
    ["a list of transfers that is none", [1, 2], { transfer: 1 }, TypeError],
    ["a way to be cancelled that there is not", [1, 2], { onCancel: "shrug" }, TypeError],
    ["a grace that is no number", [1, 2], { grace: "1" }, TypeError],
    ["a negative grace", [1, 2], { grace: -1 }, RangeError],
    ["a grace that is not a number", [1, 2], { grace: NaN }, RangeError],
    ["a limiter that is none", [1, 2], { limiter: 3 }, TypeError],
    ["no limiter", [1, 2], { limiter: null }, TypeError],
    ["a name that is no text", [1, 2], { name: 7 }, TypeError],
  ])("is an error: %s", async (_what, args, options, type) => {
    await caught(toThread.run(work.add, args as never, options as never), type);
  });

  it.each([
    ["a function among the arguments", [() => {}]],
    ["a symbol", [Symbol("no")]],
    ["a promise", [Promise.resolve()]],
  ])("is a DataCloneError, and the thread and the token are as good as before: %s", async (_what, args) => {
    await inProgram(async () => {
      const limiter = new CapacityLimiter(1);
      const before = await toThread.run(threadId);

      const error = await caught(
        toThread.run((value: unknown) => value, args as never, { limiter }),
        DOMException,
      );

      expect(error.name).toBe("DataCloneError");
      expect(await toThread.run(threadId, [], { limiter })).toBe(before);
    });
  });

  it("says what to do about a function among the arguments", async () => {
    const error = await errorOf(inProgram(() => toThread.run((fn: () => number) => fn(), [() => 1])));

    expect(error).toMatchObject({
      name: "DataCloneError",
      message: expect.stringMatching(/given as callable\(fn\)\.$/),
    });
  });

  it("is the error of an argument that throws as it is read, also beside a function", async () => {
    const throws = (error: unknown): object => ({
      get odd(): never {
        throw error;
      },
    });
    const fn = (...given: unknown[]): number => given.length;

    const errors = await inProgram(() =>
      Promise.all(
        [new RangeError("odd"), undefined].map((error) => errorOf(toThread.run(fn, [throws(error), () => 1]))),
      ),
    );

    expect(errors).toEqual([new RangeError("odd"), undefined]);
  });

  it("is a DataCloneError for a result that cannot be cloned", async () => {
    await inProgram(async () => {
      const before = await toThread.run(threadId);

      const error = await caught(
        toThread.run(() => () => {}),
        DOMException,
      );

      expect(error.name).toBe("DataCloneError");
      expect(await toThread.run(threadId)).toBe(before);
    });
  });

  it.each([
    ["nothing", /the export "nothing" of file:.*work\.mjs does not exist; it has add, answer, /],
    ["answer", /the export "answer" of file:.*work\.mjs is no function but number/],
  ])("is a TypeError for an export that is none: %s", async (name, message) => {
    const missing = worker<Record<string, () => void>>(MODULE)[name] as () => void;

    const error = await caught(
      inProgram(() => toThread.run(missing)),
      TypeError,
    );

    expect(error.message).toMatch(message);
  });

  it("is the runtime's error for a module that does not exist", async () => {
    const { add } = worker<{ add: () => void }>("file:///no/such.mjs");

    const error = await errorOf(inProgram(() => toThread.run(add)));

    expect(String(error)).toMatch(/such\.mjs/);
  });

  it("is an error that says what to do: a function that uses what it does not bring along", async () => {
    const outer = 1;
    // Made from a text, for tools rename what a function closes over.
    // oxlint-disable-next-line typescript/no-implied-eval -- as said
    const make = new Function("outer", "return [() => outer, async () => outer]") as (n: number) => (() => unknown)[];
    const [sync, async] = make(outer);

    const errors = await inProgram(() =>
      Promise.all([sync, async].map((fn) => caught(toThread.run(fn as () => void), ReferenceError))),
    );

    for (const error of errors) {
      expect(error.message).toMatch(
        /outer.*: the function was sent to a worker as text, and "outer" was left behind; pass/,
      );
    }
  });
});

describe("toThread.run, what a function sees there", { timeout: 30_000 }, () => {
  it("is what a bare worker has, and nothing of ours", async () => {
    const bare = new Worker(
      'process.getBuiltinModule("worker_threads").parentPort.postMessage(Object.getOwnPropertyNames(globalThis))',
      { eval: true },
    );
    const [names] = (await once(bare, "message")) as [string[]];
    const ours = await inProgram(() => toThread.run(() => Object.getOwnPropertyNames(globalThis)));

    expect(ours.filter((name) => !names.includes(name))).toEqual([]);
  });

  it("is no name of ours, where it has forgotten to bring one along", async () => {
    const fns = Array.from("abcdefghijklmnopqrstuvwxyz").map(
      // oxlint-disable-next-line typescript/no-implied-eval -- tools rename what a function closes over
      (name) => new Function(`return () => ${name}`)() as () => unknown,
    );

    for (const fn of fns) {
      const error = await caught(
        inProgram(() => toThread.run(fn)),
        ReferenceError,
      );
      expect(error.message).toMatch(/was left behind/);
    }
  });
});

describe("toThread.run, what is thrown there", { timeout: 30_000 }, () => {
  it("comes back as itself", async () => {
    const error = await caught(
      inProgram(() => toThread.run(work.fail)),
      RangeError,
    );

    expect(error).toMatchObject({ name: "OddError", message: "it is odd", code: "E_ODD", facts: { at: 7 } });
    expect(error.cause).toBeInstanceOf(TypeError);
    expect((error.cause as Error).message).toBe("for a reason");
    expect("socket" in error).toBe(false);
  });

  it("has the stack of the thread below the caller's", async () => {
    const error = (await errorOf(inProgram(() => toThread.run(work.fail)))) as Error;

    expect(error.stack).toMatch(/^OddError: it is odd\n[^]*to-thread\.test[^]*in worker thread \d+:\n[^]*work\.mjs/);
    expect(error.stack).not.toMatch(/threads\/(src\/to-thread|dist\/index)[^]*in worker thread/);
  });

  it("is a group again where it was one", async () => {
    const error = await caught(
      inProgram(() => toThread.run(work.failTwice)),
      ExceptionGroup,
    );

    expect(error.leaves().map(String)).toEqual(["RangeError: one", "TypeError: two"]);
  });

  it("may be an error that cannot be read", async () => {
    const error = await caught(
      inProgram(() =>
        toThread.run(() => {
          throw Object.defineProperty(new RangeError("far"), "detail", {
            get() {
              throw new Error("gone");
            },
          });
        }),
      ),
      RangeError,
    );

    expect(error.message).toBe("far");
  });

  it("may be anything", async () => {
    const errors = await inProgram(() =>
      Promise.all([
        errorOf(
          toThread.run(() => {
            throw "a text";
          }),
        ),
        errorOf(
          toThread.run(() => {
            throw undefined;
          }),
        ),
        errorOf(toThread.run(() => Promise.reject({ code: 1 }))),
      ]),
    );

    expect(errors).toEqual(["a text", undefined, { code: 1 }]);
  });
});

describe("toThread.run, a thread that breaks", { timeout: 30_000 }, () => {
  it.each([
    ["exits", () => process.exit(7), 7, undefined],
    [
      "exits later",
      () => {
        setTimeout(() => process.exit(7), 5);
        return new Promise(() => {});
      },
      7,
      undefined,
    ],
    [
      "throws where nobody catches it",
      () => {
        setTimeout(() => {
          throw new RangeError("late");
        }, 5);
        return new Promise(() => {});
      },
      1,
      "late",
    ],
    [
      "leaves a rejection unhandled",
      () => {
        void Promise.reject(new RangeError("unhandled"));
        return new Promise(() => {});
      },
      1,
      "unhandled",
    ],
  ] as const)("is a BrokenWorkerError of its own call alone: %s", async (_how, fn, exitCode, cause) => {
    await inProgram(async () => {
      const limiter = new CapacityLimiter(2);
      const [error, other] = await Promise.all([
        caught(toThread.run(fn as () => unknown, [], { limiter }), BrokenWorkerError),
        toThread.run(work.default, ["unharmed"], { limiter }),
      ]);

      expect(error.exitCode).toBe(exitCode);
      expect((error.cause as Error | undefined)?.message).toBe(cause);
      expect(other).toBe("unharmed");
      expect([limiter.borrowedTokens, await toThread.run(work.add, [1, 2], { limiter })]).toEqual([0, 3]);
    });
  });

  it("fails its call at once", async () => {
    await inProgram(async () => {
      const delays: number[] = [];
      // The fastest counts: the machine may be busy.
      for (let i = 0; i < 3; i++) {
        await toThread.run(threadId);
        const began = performance.now();
        await caught(
          toThread.run(() => process.exit(1)),
          BrokenWorkerError,
        );
        delays.push(performance.now() - began);
      }

      expect(Math.min(...delays)).toBeLessThan(500);
    });
  });

  it("harms no call where it ends between two, and a warning tells what has failed", async () => {
    await inProgram(async () => {
      const id = await toThread.run(threadId);
      await leaveBehind();

      expect(await toThread.run(work.add, [1, 2])).toBe(3);
      expect(await toThread.run(threadId)).not.toBe(id);
    });
    await expectWarningOfLeftover();
  });

  it("fails a call where nobody knows any more what its arguments were", async () => {
    await inProgram(async () => {
      await leaveBehind();
      const list = [1];
      const running = toThread.run((given: number[]) => given.length, [list]);
      list.push(2);
      const error = await caught(running, BrokenWorkerError);

      expect((error.cause as Error).message).toBe("left behind");
      expect(await toThread.run(work.add, [1, 2])).toBe(3);
    });
  });

  it("cancels a call that was not begun, where its caller is cancelled", async () => {
    await inProgram(async () => {
      await leaveBehind();
      const scope = new CancelScope();
      const result = await scope.run(() => {
        const running = toThread.run(work.spinForEver);
        scope.cancel();
        return running;
      });

      expect([result, scope.cancelledCaught]).toEqual([undefined, true]);
    });
    await expectWarningOfLeftover();
  });

  it("has told its result first", async () => {
    await inProgram(async () => {
      const value = await toThread.run(() => {
        setTimeout(() => process.exit(1), 0);
        return "done";
      });

      expect(value).toBe("done");
      await sleep(50);
      expect(await toThread.run(work.add, [1, 2])).toBe(3);
    });
  });

  describe("for what cannot be read where it arrives", () => {
    const ONE_THREAD = { limiter: new CapacityLimiter(1) };
    const expectBroken = (error: BrokenWorkerError): void =>
      expect((error.cause as Error).message).toBe("it cannot be read");

    beforeEach(() => skipOn(["bun", "deno"], "they read whatever arrives"));

    it.each([
      ["its result", () => toThread.run(blockList, [], ONE_THREAD)],
      [
        "the argument of a call back",
        () => {
          const fn = (remote: RemoteFunction<(list: unknown) => void>): void =>
            remote.callSync(new (process.getBuiltinModule("node:net").BlockList)());
          return toThread.run(fn, [callable(() => {})], ONE_THREAD);
        },
      ],
      [
        "its result, and it has ended since",
        () => {
          const fn = (): unknown => {
            setImmediate(() => process.exit(7));
            return new (process.getBuiltinModule("node:net").BlockList)();
          };
          const running = toThread.run(fn, [], ONE_THREAD);
          Atomics.wait(flag(), 0, 0, 300);
          return running;
        },
      ],
    ])("breaks as well: %s", async (_what, call) => {
      refuseBlockLists();
      await inProgram(async () => {
        expectBroken(await caught(call(), BrokenWorkerError));
        expect(await toThread.run(work.add, [1, 2], ONE_THREAD)).toBe(3);
      });
    });

    it("breaks as well: its argument, and the answer of a call back", async () => {
      const refuse = (): void => {
        const { prototype } = process.getBuiltinModule("node:net").BlockList as unknown as {
          prototype: Record<symbol, unknown>;
        };
        for (const key of Object.getOwnPropertySymbols(prototype)) {
          if (key.description !== "messaging_deserialize_symbol") continue;
          prototype[key] = () => {
            throw new RangeError("it cannot be read");
          };
        }
      };
      await inProgram(async () => {
        await toThread.run(refuse, [], ONE_THREAD);
        expectBroken(
          await caught(
            toThread.run((list: unknown) => list, [blockList()], ONE_THREAD),
            BrokenWorkerError,
          ),
        );
        await toThread.run(refuse, [], ONE_THREAD);
        const fn = (remote: RemoteFunction<() => unknown>): Promise<unknown> => remote.call();
        expectBroken(await caught(toThread.run(fn, [callable(blockList)], ONE_THREAD), BrokenWorkerError));
      });
    });
  });

  it("may use its own port as it likes", async () => {
    await inProgram(async () => {
      const value = await toThread.run(work.chatter);

      expect(value).toBe("right");
    });
  });
});

/** Has a thread end, of which nobody has told us yet. */
async function leaveBehind(): Promise<void> {
  const [mayThrow, isOver] = [flag(), flag()];
  await toThread.run(work.leaveBehind, [mayThrow, isOver]);
  raise(mayThrow);
  Atomics.wait(isOver, 0, 0, 10_000);
}

async function expectWarningOfLeftover(): Promise<void> {
  const warnings = await takeWarnings();
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^worker thread \d+ has ended, for code threw there that no call waited for$/),
  ]);
}

/** Takes its time, and says when it has ended. */
const work50 = (ended: Int32Array, began: Int32Array): void => {
  Atomics.store(began, 0, 1);
  const end = performance.now() + 50;
  while (performance.now() < end);
  Atomics.store(ended, 0, 1);
};

describe("toThread.run, as its run() ends", { timeout: 30_000 }, () => {
  it("is joined where another branch has failed", async () => {
    const [ended, began] = [flag(), flag()];
    const failing = (): Promise<never> => raised(began).then(() => Promise.reject(new RangeError("no")));

    await caught(
      inProgram(() => Promise.all([toThread.run(work50, [ended, began]), failing()])),
      RangeError,
    );

    expect(ended[0]).toBe(1);
  });

  it("is joined, and nothing more is called, in a branch that is left behind", mayLeak, async () => {
    const [ended, began, again] = [flag(), flag(), flag()];
    let left: Promise<unknown> | undefined;
    const branch = async (): Promise<void> => {
      await toThread.run(work50, [ended, began]);
      await toThread.run(work50, [again, again]);
    };

    const reasons = await unhandledRejectionsOf(async () => {
      const failing = (): Promise<never> => raised(began).then(() => Promise.reject(new RangeError("no")));
      await caught(
        inProgram(() => Promise.all([(left = errorOf(branch())), failing()])),
        RangeError,
      );
    });

    expect([ended[0], again[0], reasons]).toEqual([1, 0, []]);
    expect(isCancelled(await left)).toBe(true);
  });

  it.each(["wait", "terminate"] as const)("is joined where nobody waits for it: %s", mayLeak, async (onCancel) => {
    const [ended, began] = [flag(), flag()];

    const reasons = await unhandledRejectionsOf(() =>
      inProgram(async () => {
        void toThread.run(work50, [ended, began], { onCancel, grace: 60_000 });
        await raised(began);
      }),
    );

    expect([reasons, ended[0]]).toEqual([[], 1]);
  });

  it("is stopped where it is abandoned, then or before", mayLeak, async () => {
    const began = flag();

    const reasons = await unhandledRejectionsOf(() =>
      inProgram(async () => {
        await moveOnAfter(1, () => toThread.run(work.spinForEver, [flag()], { onCancel: "abandon" }));
        void toThread.run(work.spinForEver, [began], { onCancel: "abandon" });
        await raised(began);
      }),
    );

    expect(reasons).toEqual([]);
  });

  it("has a blocked call back end, and its thread with it", mayLeak, async () => {
    const began = flag();
    let told: string | undefined;
    const fn = (remote: RemoteFunction<() => void>, began: Int32Array): string => {
      Atomics.store(began, 0, 1);
      try {
        remote.callSync();
        return "nothing";
      } catch (error) {
        return (error as Error).name;
      }
    };

    await inProgram(async () => {
      void toThread.run(fn, [callable(() => sleepForever()), began]).then((name) => (told = name));
      await raised(began);
    });

    expect(told).toBe("AbortError");
  });

  it("works for who is left there, shielded", mayLeak, async () => {
    const values: number[] = [];

    await inProgram(async () => {
      void shield(async () => {
        await sleep(20);
        for (let i = 0; i < 2; i++) values.push(await toThread.run(work.add, [i, 1]));
        await moveOnAfter(10, () => toThread.run(work.spinForEver, [], { onCancel: "abandon" }));
      });
      await toThread.run(work.add, [1, 2]);
    });

    expect(values).toEqual([1, 2]);
  });
});

describe("toThread.run, cancelled where the scope's signal is in use", { timeout: 30_000 }, () => {
  it.each([
    ["wait", work.spinUntilCancelled],
    ["abandon", work.spinUntilCancelled],
    ["terminate", work.spinUntilCancelled],
    ["terminate", work.spinForEver],
  ] as const)("is cancelled as ever: %s, %o", async (onCancel, fn) => {
    await inProgram(async () => {
      const began = flag();
      const scope = new CancelScope();
      const running = scope.run(async () => {
        currentSignal();
        await toThread.run(fn, [began], { onCancel, grace: 200 });
      });
      await raised(began);
      scope.cancel("enough");

      expect([await running, scope.cancelledCaught]).toEqual([undefined, true]);
    });
  });

  it("tells why, also where the scope is left", mayLeak, async () => {
    await inProgram(async () => {
      const began = flag();
      let told: Record<string, unknown> | undefined;
      await new CancelScope().run(async () => {
        currentSignal();
        void toThread.run(work.describeCancellation, [began]).then((cancellation) => (told = cancellation));
        await raised(began);
      });

      expect(told).toMatchObject({ name: "AbortError", source: "exit" });
    });
  });
});

describe("toThread.run, cancelled", { timeout: 30_000 }, () => {
  it("starts nothing in a cancelled scope, nor while it waits for a token", async () => {
    const limiter = new CapacityLimiter(0);
    const scope = new CancelScope();
    const began = flag();

    const results = await Promise.all([
      scope.run(() => {
        scope.cancel();
        return toThread.run(work.spinForEver, [began]);
      }),
      moveOnAfter(10, () => toThread.run(work.spinForEver, [began], { limiter })),
    ]);

    expect(results).toEqual([undefined, undefined]);
    expect([limiter.statistics().tasksWaiting, began[0]]).toEqual([0, 0]);
  });

  it("gives its token back where it is cancelled as it gets it", async () => {
    const limiter = new CapacityLimiter(1);
    const lease = await limiter.acquire();
    const began = flag();
    const scope = new CancelScope();

    const waiting = scope.run(() => toThread.run(work.spinForEver, [began], { limiter }));
    lease[Symbol.dispose]();
    scope.cancel();
    await waiting;

    expect([limiter.borrowedTokens, began[0]]).toEqual([0, 0]);
  });

  it("counts what checkCancelled() throws as the caller's cancellation", async () => {
    await inProgram(async () => {
      const error = await caught(
        failAfter(50, () => toThread.run(work.spinUntilCancelled)),
        TimeoutError,
      );

      expect(error.waitingFor).toBe("spinUntilCancelled() in a worker thread");
      expect(await toThread.run(work.add, [1, 2])).toBe(3);
    });
  });

  it("waits for the function unless told otherwise, and returns what it returns", async () => {
    await inProgram(async () => {
      const [began, mayEnd] = [flag(), flag()];
      const scope = new CancelScope();
      const events: unknown[] = [];

      const running = scope.run(async () => {
        events.push(await toThread.run(work.waitFor, [mayEnd, began]));
        await sleep(0).catch(() => events.push("cancelled"));
      });
      await raised(began);
      scope.cancel();
      await waitAllTasksBlocked();
      events.push("still waiting");
      raise(mayEnd);
      await running;

      expect(events).toEqual(["still waiting", "ended", "cancelled"]);
    });
  });

  it("lets an error of the function win over the cancellation", async () => {
    const error = await caught(
      inProgram(() => moveOnAfter(50, () => toThread.run(work.failWhenCancelled))),
      RangeError,
    );

    expect(error.message).toBe("something else went wrong");
  });

  it("abandon: goes on at once, and the thread keeps its token until the function ends", async () => {
    await inProgram(async () => {
      const [began, mayEnd] = [flag(), flag()];
      const limiter = new CapacityLimiter(1);
      const scope = new CancelScope();

      const running = scope.run(() => toThread.run(work.waitFor, [mayEnd, began], { limiter, onCancel: "abandon" }));
      await raised(began);
      scope.cancel();

      expect([await running, scope.cancelledCaught, limiter.borrowedTokens]).toEqual([undefined, true, 1]);
      raise(mayEnd);
      await (await limiter.acquire())[Symbol.dispose]();
      expect(limiter.borrowedTokens).toBe(0);
    });
  });

  it("abandon: an error of the function reaches nobody, and a function that never ends ends with run()", async () => {
    const reasons = await unhandledRejectionsOf(() =>
      inProgram(async () => {
        await moveOnAfter(50, () => toThread.run(work.failWhenCancelled, [], { onCancel: "abandon" }));
        await moveOnAfter(50, () => toThread.run(work.spinForEver, [], { onCancel: "abandon" }));
      }),
    );

    expect(reasons).toEqual([]);
  });

  it("terminate: gives the function its grace", async () => {
    await inProgram(async () => {
      const before = await toThread.run(threadId);
      const result = await moveOnAfter(20, () =>
        toThread.run(work.spinUntilCancelled, [], { onCancel: "terminate", grace: 60_000 }),
      );

      expect(result).toBeUndefined();
      expect(await toThread.run(threadId)).toBe(before);
    });
  });

  it.each([
    ["is busy", work.spinForEver, []],
    ["is blocked", work.waitFor, [flag()]],
    ["waits", () => new Promise(() => {}), []],
  ] as const)("terminate: stops a thread that %s, and the pool goes on", async (_how, fn, args) => {
    await inProgram(async () => {
      const limiter = new CapacityLimiter(1);
      const before = await toThread.run(threadId);
      const began = performance.now();

      const error = await caught(
        failAfter(30, () =>
          toThread.run(fn as () => void, args as never, { limiter, onCancel: "terminate", grace: 20 }),
        ),
        TimeoutError,
      );

      expect(error.waitingFor).toMatch(/in a worker thread$/);
      expect(performance.now() - began).toBeLessThan(5_000);
      expect(limiter.borrowedTokens).toBe(0);
      expect(await toThread.run(threadId)).not.toBe(before);
    });
  });

  it("has a scope wait for a thread that nobody waits for", mayLeak, async () => {
    const mayEnd = flag();
    const events: string[] = [];

    await inProgram(async () => {
      const reasons = await unhandledRejectionsOf(async () => {
        const left = new CancelScope().run(async () => {
          void toThread.run(work.waitFor, [mayEnd]).finally(() => events.push("ended"));
          await waitAllTasksBlocked();
        });
        await Promise.all([left.then(() => events.push("left")), sleep(50).then(() => raise(mayEnd))]);
      });
      expect(reasons).toEqual([]);
    });

    expect(events).toEqual(["ended", "left"]);
  });
});

describe("toThread.run, its pool", { timeout: 30_000 }, () => {
  it("uses the thread again that was used last", async () => {
    await inProgram(async () => {
      const both = await Promise.all([toThread.run(threadId), toThread.run(threadId)]);
      const last = await toThread.run(threadId);
      const again = [await toThread.run(threadId), await toThread.run(threadId)];

      expect(new Set(both).size).toBe(2);
      expect(again).toEqual([last, last]);
    });
  });

  it("runs as many at a time as the limiter has tokens, and no more", async () => {
    await inProgram(async () => {
      const limiter = new CapacityLimiter(2);
      const ids = new Set<number>();

      await withTaskGroup((tg) => {
        for (let i = 0; i < 6; i++) {
          tg.startSoon(async () => {
            await toThread.run(work.spin, [20], { limiter });
            ids.add(await toThread.run(threadId, [], { limiter }));
          });
        }
      });

      expect(ids.size).toBeLessThanOrEqual(2);
    });
  });

  it("serves who came first first", async () => {
    await inProgram(async () => {
      const limiter = new CapacityLimiter(1);
      const order: number[] = [];

      await Promise.all(
        [1, 2, 3, 4].map((n) => toThread.run(work.add, [n, 0], { limiter }).then((n) => order.push(n))),
      );

      expect(order).toEqual([1, 2, 3, 4]);
    });
  });

  it("ends with run()", async () => {
    const events: string[] = [];

    await inProgram(async () => {
      await Promise.all([toThread.run(work.spin, [10]), toThread.run(work.spin, [10])]);
      events.push("main has ended");
    });

    expect(events).toEqual(["main has ended"]);
  });

  it("is no leak", async () => {
    await inProgram(() => assertNoLeaks(() => toThread.run(work.add, [1, 2])));
  });

  it("has a virtual clock stand still while it works", async () => {
    const backend = { clock: new VirtualClock({ autojump: true }) };

    const ms = await outside(() =>
      run(() => failAfter(10, () => toThread.run(work.spin, [50])), { signals: [], backend }),
    );

    expect(ms).toBe(50);
  });

  it("counts a stray cancellation of the thread's own as an ordinary error", async () => {
    const error = await errorOf(
      inProgram(() =>
        toThread.run(() => {
          throw new DOMException("enough", "AbortError");
        }),
      ),
    );

    expect([(error as Error).name, isCancelled(error)]).toEqual(["AbortError", false]);
  });
});
