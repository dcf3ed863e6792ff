import { describe, expect, it } from "vitest";
import {
  BrokenWorkerError,
  CancelScope,
  failAfter,
  isCancelled,
  moveOnAfter,
  run,
  sleep,
  TimeoutError,
  waitAllTasksBlocked,
} from "@anyio/core";
import { moduleExport } from "@anyio/core/lowlevel";
import { type ExportedFunction, toProcess } from "@anyio/subprocess";
import { CapacityLimiter } from "@anyio/sync";
import { withTaskGroup } from "@anyio/task-groups";
import { assertNoLeaks, VirtualClock } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { unhandledRejectionsOf } from "#support/unhandled";
import { isAlive, until, watchProcessTable } from "./support/marked.js";
import { mayLeak } from "#support/may-leak";
import { outside } from "#support/outside";

watchProcessTable();

const MODULE = new URL("./fixtures/work.mjs", import.meta.url);

/** A function of the module of fixtures. */
function work<F extends (...args: never[]) => unknown>(name: string): ExportedFunction<F> {
  return { module: MODULE, name };
}

const add = work<(a: number, b: number) => number>("add");
const spin = work<(ms: number) => number>("spin");

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

/** Calls `fn` in a program of its own, whose workers end with it. */
function inProgram<T>(fn: () => Promise<T>): Promise<T> {
  return outside(() => run(fn, { signals: [] }));
}

// A worker takes some 50 ms to start, and several times as long on a busy machine.
describe("toProcess.run", { timeout: 30_000 }, () => {
  it("calls a function in another process", async () => {
    const pid = await inProgram(() => toProcess.run(() => process.pid));

    expect(pid).not.toBe(process.pid);
    expect(isAlive(pid)).toBe(false);
  });

  it("takes functions of any form, and waits for those that are async", async () => {
    function declared(a: number, b: number) {
      return a * b;
    }
    const values = await inProgram(() =>
      Promise.all([
        toProcess.run(declared, [6, 7]),
        toProcess.run((a: string) => a.toUpperCase(), ["arrow"]),
        toProcess.run(async (a: number) => a + (await Promise.resolve(1)), [1]),
        toProcess.run(
          function named(n: number): number {
            return n < 2 ? n : named(n - 1) + named(n - 2);
          },
          [15],
        ),
        toProcess.run(function (this: unknown) {
          return this === undefined;
        }),
      ]),
    );

    expect(values).toEqual([42, "ARROW", 2, 610, true]);
  });

  it("takes an export of a module, by name or as a reference", async () => {
    const values = await inProgram(() =>
      Promise.all([
        toProcess.run(add, [1, 2]),
        toProcess.run(work<(value: string) => Promise<string>>("default"), ["slowly"]),
        toProcess.run(moduleExport<(a: number, b: number) => number>(MODULE, "add"), [3, 4]),
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

    const [back, isRound, large] = await inProgram(() =>
      Promise.all([
        toProcess.run((given: typeof value) => given, [value]),
        toProcess.run((given: { self?: unknown }) => given.self === given, [circle]),
        toProcess.run((given: Uint8Array) => given.map((byte) => byte + 1), [new Uint8Array(5_000_000)]),
      ]),
    );

    expect(back).toEqual(value);
    expect(isRound).toBe(true);
    expect([large.length, large[0], large.at(-1)]).toEqual([5_000_000, 1, 1]);
  });

  it("clones its arguments when it is called", async () => {
    const list = [1];

    const running = inProgram(() => toProcess.run((given: number[]) => given.length, [list]));
    list.push(2);

    expect(await running).toBe(1);
  });

  it("works outside run()", async () => {
    const pid = await toProcess.run(() => process.pid);

    expect(isAlive(pid)).toBe(true);
    // It would wait ten seconds for its next call.
    process.kill(pid, "SIGKILL");
    await until(() => !isAlive(pid));
  });
});

describe("toProcess.run, what it refuses", { timeout: 30_000 }, () => {
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
    ["a module without a name", { module: MODULE }],
    ["an empty name", { module: MODULE, name: "" }],
    ["a path", { module: "./work.mjs", name: "add" }],
  ])("is a TypeError: %s", async (_what, fn) => {
    await caught(toProcess.run(fn as () => void), TypeError);
  });

  it("is a TypeError for arguments that are no array", async () => {
    await caught(toProcess.run(add, 1 as never), TypeError);
  });

  it.each([
    ["a function among the arguments", [() => {}]],
    ["a symbol", [Symbol("no")]],
    ["a promise", [Promise.resolve()]],
  ])("is a DataCloneError: %s", async (_what, args) => {
    const error = await caught(
      toProcess.run((value: unknown) => value, args as never),
      DOMException,
    );

    expect(error.name).toBe("DataCloneError");
  });

  it("is a DataCloneError for a result that cannot be cloned, and the worker is as good as before", async () => {
    await inProgram(async () => {
      const before = await toProcess.run(() => process.pid);

      const error = await caught(
        toProcess.run(() => () => {}),
        DOMException,
      );

      expect(error.name).toBe("DataCloneError");
      expect(await toProcess.run(() => process.pid)).toBe(before);
    });
  });

  it.each([
    ["nothing", /the export "nothing" of file:.*work\.mjs does not exist; it has add, answer, default/],
    ["answer", /the export "answer" of file:.*work\.mjs is no function but number/],
  ])("is a TypeError for an export that is none: %s", async (name, message) => {
    const error = await caught(
      inProgram(() => toProcess.run(work(name))),
      TypeError,
    );

    expect(error.message).toMatch(message);
  });

  it("is the runtime's error for a module that does not exist", async () => {
    const error = await errorOf(inProgram(() => toProcess.run({ module: "file:///no/such.mjs", name: "add" })));

    expect(String(error)).toMatch(/such\.mjs/);
  });
});

describe("toProcess.run, what is thrown there", { timeout: 30_000 }, () => {
  it("comes back as itself", async () => {
    const error = await caught(
      inProgram(() => toProcess.run(work("fail"))),
      RangeError,
    );

    expect(error).toMatchObject({ name: "OddError", message: "it is odd", code: "E_ODD", facts: { at: 7 } });
    expect(error.cause).toBeInstanceOf(TypeError);
    expect((error.cause as Error).message).toBe("for a reason");
    expect("socket" in error).toBe(false);
    expect(Object.keys(error).toSorted()).toEqual(["code", "facts"]);
  });

  it("keeps fields that some runtimes have of their own", async () => {
    const error = await errorOf(
      inProgram(() =>
        toProcess.run(() => {
          throw Object.assign(new SyntaxError("a comma is missing"), { line: 7, column: 3 });
        }),
      ),
    );

    expect(error).toBeInstanceOf(SyntaxError);
    expect(error).toMatchObject({ message: "a comma is missing", line: 7, column: 3 });
  });

  it("has the stack of the worker below the caller's", async () => {
    const error = (await errorOf(inProgram(() => toProcess.run(work("fail"))))) as Error;

    expect(error.stack).toMatch(/^OddError: it is odd\n[^]*to-process\.test[^]*in worker process \d+:\n[^]*work\.mjs/);
  });

  it.each([
    [
      "a text",
      () => {
        throw "a text";
      },
      "a text",
    ],
    [
      "nothing",
      () => {
        throw undefined;
      },
      undefined,
    ],
    [
      "an object",
      () => {
        throw { code: 1 };
      },
      { code: 1 },
    ],
  ])("may be no error: %s", async (_what, fn, expected) => {
    expect(await errorOf(inProgram(() => toProcess.run(fn)))).toEqual(expected);
  });

  it("may be a group, a DOMException, or go round", async () => {
    const [group, abort, round] = await inProgram(() =>
      Promise.all([
        errorOf(
          toProcess.run(() => {
            throw new AggregateError([new RangeError("one"), 2], "both");
          }),
        ),
        errorOf(
          toProcess.run(() => {
            throw new DOMException("enough", "AbortError");
          }),
        ),
        errorOf(
          toProcess.run(() => {
            const error = new Error("round");
            error.cause = error;
            throw error;
          }),
        ),
      ]),
    );

    expect(group).toBeInstanceOf(AggregateError);
    expect((group as AggregateError).errors).toEqual([new RangeError("one"), 2]);
    expect([(abort as Error).name, isCancelled(abort)]).toEqual(["AbortError", false]);
    expect((round as Error).message).toBe("round");
  });

  it("may be an error of ours, which is recognised", async () => {
    const error = await errorOf(
      inProgram(() =>
        toProcess.run(() => {
          const error = new Error("the block did not finish");
          Object.defineProperty(error, Symbol.for("@anyio/core/v1/error"), { value: "ERR_ANYIO_TIMEOUT" });
          throw error;
        }),
      ),
    );

    expect(error).toBeInstanceOf(TimeoutError);
  });
});

describe("toProcess.run, a worker that breaks", { timeout: 30_000 }, () => {
  it.each([
    ["exits", () => process.exit(7), 7, null],
    [
      "is killed",
      () => {
        process.kill(process.pid, "SIGKILL");
        return new Promise(() => {});
      },
      null,
      "SIGKILL",
    ],
    [
      "aborts",
      () => {
        process.kill(process.pid, "SIGABRT");
        return new Promise(() => {});
      },
      null,
      "SIGABRT",
    ],
  ] as const)("is a BrokenWorkerError of its own call alone: %s", async (_how, fn, exitCode, signalCode) => {
    await inProgram(async () => {
      const [error, other] = await Promise.all([
        caught(toProcess.run(fn), BrokenWorkerError),
        toProcess.run(work<(value: string) => string>("default"), ["unharmed"], { limiter: new CapacityLimiter(1) }),
      ]);

      expect([error.exitCode, error.signalCode]).toEqual([exitCode, signalCode]);
      expect(other).toBe("unharmed");
      expect(await toProcess.run(add, [1, 2])).toBe(3);
    });
  });

  it("harms no call where it was killed while it had nothing to do", async () => {
    await inProgram(async () => {
      const pid = await toProcess.run(() => process.pid);
      process.kill(pid, "SIGKILL");

      expect(await toProcess.run(add, [1, 2])).toBe(3);
    });
  });

  it("has told its result first", async () => {
    await inProgram(async () => {
      const pid = await toProcess.run(() => {
        // On some runtimes what is sent leaves only after a while.
        setTimeout(() => process.exit(1), 200);
        return process.pid;
      });

      await until(() => !isAlive(pid));
      await sleep(50);
      expect(await toProcess.run(add, [1, 2])).toBe(3);
    });
  });

  it("may print and send what it likes", async () => {
    await inProgram(async () => {
      expect(await toProcess.run(work<(bytes: number) => string>("print"), [10])).toBe("returned");
      expect(
        await toProcess.run(() => {
          for (const message of [null, 1, { anyio: "value", id: -1, value: "wrong" }, { anyio: "odd" }])
            process.send?.(message);
          return "right";
        }),
      ).toBe("right");
    });
  });
});

describe("toProcess.run, cancelled", { timeout: 30_000 }, () => {
  it("kills the worker in the midst of its work, and another takes its place", async () => {
    await inProgram(async () => {
      const pid = await toProcess.run(() => process.pid);
      const began = performance.now();

      const error = await caught(
        failAfter(50, () => toProcess.run(spin, [60_000])),
        TimeoutError,
      );

      expect(error.waitingFor).toBe("spin() in a worker process");
      expect(performance.now() - began).toBeLessThan(5_000);
      expect(isAlive(pid)).toBe(false);
      expect(await toProcess.run(add, [1, 2])).toBe(3);
    });
  });

  it("kills the worker's own children too", async () => {
    await inProgram(async () => {
      const limiter = new CapacityLimiter(1);
      const child = await toProcess.run(work<() => number>("startChild"), [], { limiter });
      expect(isAlive(child)).toBe(true);

      await moveOnAfter(50, () => toProcess.run(spin, [60_000], { limiter }));

      expect(isAlive(child)).toBe(false);
    });
  });

  it("starts nothing in a cancelled scope, nor while it waits for a token", async () => {
    const limiter = new CapacityLimiter(0);
    const scope = new CancelScope();

    const results = await Promise.all([
      scope.run(() => {
        scope.cancel();
        return toProcess.run(() => process.exit(1));
      }),
      moveOnAfter(10, () => toProcess.run(() => process.exit(1), [], { limiter })),
    ]);

    expect(results).toEqual([undefined, undefined]);
    expect(limiter.statistics().tasksWaiting).toBe(0);
  });

  it("has a scope wait for the worker that nobody waits for", mayLeak, async () => {
    await inProgram(async () => {
      const pid = await toProcess.run(() => process.pid);

      const reasons = await unhandledRejectionsOf(() =>
        new CancelScope().run(async () => {
          void toProcess.run(spin, [60_000]);
          await waitAllTasksBlocked();
        }),
      );

      expect(reasons).toEqual([]);
      expect(isAlive(pid)).toBe(false);
    });
  });
});

describe("toProcess.run, its pool", { timeout: 30_000 }, () => {
  it("uses a worker again", async () => {
    await inProgram(async () => {
      const pids = [];
      for (let i = 0; i < 5; i++) pids.push(await toProcess.run(() => process.pid));

      expect(new Set(pids).size).toBe(1);
    });
  });

  it("runs as many at a time as the limiter has tokens, and no more", async () => {
    await inProgram(async () => {
      const limiter = new CapacityLimiter(2);
      const pids = new Set<number>();

      await withTaskGroup((tg) => {
        for (let i = 0; i < 6; i++) {
          tg.startSoon(async () => void pids.add(await toProcess.run(spin, [30], { limiter })));
        }
      });

      expect(pids.size).toBe(2);
    });
  });

  it("ends with run()", async () => {
    const pids = await inProgram(() => {
      const limiter = new CapacityLimiter(3);
      return Promise.all([spin, spin, spin].map((fn) => toProcess.run(fn, [30], { limiter })));
    });

    expect(pids.map(isAlive)).toEqual([false, false, false]);
  });

  it("dismisses a worker that has had nothing to do for ten seconds", async () => {
    const pid = await toProcess.run(() => process.pid);
    await sleep(8_000);
    expect(isAlive(pid)).toBe(true);

    await until(() => !isAlive(pid));
  });

  it("is no leak", async () => {
    await inProgram(() => assertNoLeaks(() => toProcess.run(add, [1, 2])));
  });

  it("has a virtual clock stand still while it works", async () => {
    const backend = { clock: new VirtualClock({ autojump: true }) };
    const pid = await outside(() =>
      run(() => failAfter(10, () => toProcess.run(spin, [50])), { signals: [], backend }),
    );

    expect(isAlive(pid)).toBe(false);
  });

  it("keeps one that ends by itself out of the way", async () => {
    await inProgram(async () => {
      const pid = await toProcess.run(() => {
        setTimeout(() => process.exit(0), 10);
        return process.pid;
      });
      await until(() => !isAlive(pid));

      expect(await toProcess.run(add, [1, 2])).toBe(3);
    });
  });
});
