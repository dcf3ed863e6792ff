import { describe, expect, it } from "vitest";
import {
  CancelledError,
  CancelScope,
  ExceptionGroup,
  moveOnAfter,
  run,
  shield,
  sleep,
  sleepForever,
} from "@anyio/core";
import { checkpoint, noteClosed, noteOpened } from "@anyio/core/lowlevel";
import { createMemoryObjectStream, fromWebReadable } from "@anyio/streams";
import { withTaskGroup } from "@anyio/task-groups";
import { assertNoLeaks, LeakError } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { turn } from "#support/turn";
import { mayLeak } from "#support/may-leak";

/** Something of the system's. */
class Socket {
  isOpen = true;

  constructor(name: string) {
    noteOpened(this, name);
  }

  async close(): Promise<void> {
    await checkpoint().catch(() => {});
    this.isOpen = false;
    noteClosed(this);
  }
}

const namesOf = ({ leaks }: LeakError): string[] => leaks.map(({ kind, name }) => `${kind} ${name}`);

describe("assertNoLeaks", () => {
  it("resolves to what its function returns, where all has ended", async () => {
    const value = await assertNoLeaks(async () => {
      const socket = new Socket("a socket");
      await withTaskGroup((tg) => void tg.startSoon(() => sleep(1)));
      await moveOnAfter(1, () => sleepForever());
      await socket.close();
      return 42;
    });

    expect(value).toBe(42);
  });

  it("takes a function that is not async", async () => {
    expect(await assertNoLeaks(() => 42)).toBe(42);
  });

  it("names an operation that nobody awaited, with where it began", async () => {
    const error = await caught(
      assertNoLeaks(() => void sleep(60_000)),
      LeakError,
    );

    expect(namesOf(error)).toEqual(["operation sleep(60000)"]);
    expect(error).toMatchObject({ name: "LeakError", code: "ERR_ANYIO_LEAK" });
    expect(error.message).toMatch(/operation sleep\(60000\)\n.*assert-no-leaks\.test\.ts/);
  });

  it("names what was left behind in scopes and tasks further in", async () => {
    const error = await caught(
      assertNoLeaks(async () => {
        await new CancelScope().run(() => void sleep(1000));
        await withTaskGroup((tg) => void tg.startSoon(() => void sleep(2000)));
        await run(() => void sleep(3000));
      }),
      LeakError,
    );

    expect(namesOf(error)).toEqual(["operation sleep(1000)", "operation sleep(2000)", "operation sleep(3000)"]);
    expect(error.message).toMatch(/^these 3 were left behind/);
  });

  it("names a scope, and a run, that nobody awaited", async () => {
    const error = await caught(
      assertNoLeaks(() => {
        void new CancelScope({ name: "the handshake" }).run(() => sleepForever());
        void run(() => sleepForever(), { name: "the program" }).catch(() => {});
      }),
      LeakError,
    );

    expect(namesOf(error)).toEqual(["scope the handshake", "task the program"]);
  });

  it("names a task that goes on in a group outside, cancels it and waits for it", async () => {
    const events: string[] = [];

    await withTaskGroup(async (tg) => {
      const error = await caught(
        assertNoLeaks(() => {
          const poll = async () => {
            try {
              await sleepForever();
            } finally {
              await shield(() => sleep(5));
              events.push("has cleaned up");
            }
          };
          tg.startSoon(poll, { name: "poller" });
          return checkpoint();
        }),
        LeakError,
      );
      events.push("has failed");

      expect(namesOf(error)).toEqual(["task poller"]);
      expect(error.leaks[0]?.origin).toContain("assert-no-leaks.test.ts");
    });

    expect(events).toEqual(["has cleaned up", "has failed"]);
  });

  it("does not count a task of a group outside that has ended", async () => {
    await withTaskGroup(async (tg) => {
      await assertNoLeaks(async () => {
        await tg.startSoon(() => sleep(1)).wait();
      });
    });
  });

  it("names each resource that is open, with where it was opened, and closes it by force", async () => {
    const open: Socket[] = [];

    const error = await caught(
      assertNoLeaks(async () => {
        open.push(new Socket("a listener on port 80"));
        await new Socket("a socket that is closed").close();
        await withTaskGroup((tg) => void tg.startSoon(() => open.push(new Socket("a worker thread"))));
      }),
      LeakError,
    );

    expect(namesOf(error)).toEqual(["resource a listener on port 80", "resource a worker thread"]);
    expect(error.leaks.every(({ origin }) => origin.includes("assert-no-leaks.test.ts"))).toBe(true);
    expect(open.map(({ isOpen }) => isOpen)).toEqual([false, false]);
  });

  it("names a stream of somebody else's that was not closed", async () => {
    const error = await caught(
      assertNoLeaks(() => void fromWebReadable(new ReadableStream())),
      LeakError,
    );

    expect(namesOf(error)).toEqual(["resource a stream made of a web stream"]);
  });

  it("does not mind what holds nothing but memory", async () => {
    await assertNoLeaks(() => void createMemoryObjectStream<number>());
  });

  it("does not count what began elsewhere meanwhile", mayLeak, async () => {
    await withTaskGroup(async (tg) => {
      tg.startSoon(async () => {
        for (let i = 0; i < 5; i++) {
          noteOpened({}, "somebody else's");
          tg.startSoon(() => sleep(20), { name: "somebody else's" });
          await checkpoint();
        }
      });
      await assertNoLeaks(() => sleep(10));
    });
  });

  it("tells each of two that run side by side of its own leaks", async () => {
    const errors = await Promise.all(
      [1, 2].map((n) =>
        caught(
          assertNoLeaks(async () => {
            await sleep(n);
            void sleep(n * 1000);
            await turn();
          }),
          LeakError,
        ),
      ),
    );

    expect(errors.map(namesOf)).toEqual([["operation sleep(1000)"], ["operation sleep(2000)"]]);
  });

  it("is told of leaks by the innermost of two", async () => {
    const events: string[] = [];
    await assertNoLeaks(async () => {
      const error = await caught(
        assertNoLeaks(() => void sleep(1000)),
        LeakError,
      );
      events.push(...namesOf(error));
    });

    expect(events).toEqual(["operation sleep(1000)"]);
  });

  it("throws what its function throws, the very object", async () => {
    const failure = new Error("failure");

    expect(await errorOf(assertNoLeaks(() => Promise.reject(failure)))).toBe(failure);
  });

  it("throws both where its function fails and leaks", async () => {
    const failure = new Error("failure");
    const error = await caught(
      assertNoLeaks(() => {
        void sleep(1000);
        throw failure;
      }),
      ExceptionGroup,
    );

    expect(error.errors[0]).toBe(failure);
    expect(error.errors[1]).toBeInstanceOf(LeakError);
  });

  it("is cancelled with what it calls", async () => {
    const outcome = await moveOnAfter(1, () => assertNoLeaks(() => sleepForever()));
    expect(outcome).toBeUndefined();

    const error = await new CancelScope().run(async (scope) => {
      scope.cancel();
      return errorOf(assertNoLeaks(() => checkpoint()));
    });
    expect(error).toBeInstanceOf(CancelledError);
  });

  it("rejects what is no function", async () => {
    await caught(assertNoLeaks(5 as unknown as () => void), TypeError);
  });
});
