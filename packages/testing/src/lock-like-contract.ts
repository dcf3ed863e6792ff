import assert from "node:assert/strict";
import {
  CancelScope,
  CancelledError,
  getRunningTasks,
  InvalidStateError,
  run,
  shield,
  sleepForever,
  waitAllTasksBlocked,
  WouldBlockError,
} from "@anyio/core";
import type { ContractCase } from "./contract-case.js";

/** What lets one in at a time. */
export interface LockLike {
  acquire(): Promise<Disposable>;
  acquireNowait(): Disposable;
  run<T>(fn: () => T | PromiseLike<T>): Promise<T>;
  /** Gives back what is held, and ends its lease. */
  release?(): void;
}

/**
 * What everything keeps that lets one in at a time: a lock, a semaphore of one, a limiter of one.
 *
 * @param make makes one that is free
 * @example
 * const broken: string[] = [];
 * for (const { name, run } of lockLikeContract(() => new Lock())) await run().catch(() => broken.push(name));
 * broken; // => []
 */
export function lockLikeContract(make: () => LockLike): ContractCase[] {
  return [
    ...leases(make),
    ...order(make),
    ...cancellation(make),
    ...calling(make),
    ...(make().release === undefined ? [] : releasing(make as () => Required<LockLike>)),
    ...surroundings(make),
  ];
}

function leases(make: () => LockLike): ContractCase[] {
  return [
    {
      name: "lets in who comes to it free, without waiting for anybody",
      async run() {
        const lock = make();

        give(await lock.acquire());
        give(await lock.acquire());

        give(lock.acquireNowait());
      },
    },
    {
      name: "keeps others out until the lease is disposed of",
      async run() {
        const lock = make();
        const events: string[] = [];

        const lease = await lock.acquire();
        const other = lock.acquire().then((lease) => {
          events.push("other in");
          return lease;
        });
        await waitAllTasksBlocked();
        events.push("first out");
        give(lease);
        give(await other);

        assert.deepEqual(events, ["first out", "other in"]);
      },
    },
    {
      name: "gives back once, however often its lease is disposed of",
      async run() {
        const lock = make();
        const lease = await lock.acquire();

        give(lease);
        give(lease);

        const next = await lock.acquire();
        assert.throws(() => lock.acquireNowait(), WouldBlockError);
        give(lease);
        assert.throws(() => lock.acquireNowait(), WouldBlockError, "an old lease gave back somebody else's turn");
        give(next);
      },
    },
    {
      name: "takes without waiting only what is free",
      async run() {
        const lock = make();

        const lease = lock.acquireNowait();
        assert.throws(() => lock.acquireNowait(), WouldBlockError);
        give(lease);

        give(lock.acquireNowait());
      },
    },
    {
      name: "may be given back by somebody else than who took it",
      async run() {
        const lock = make();
        const lease = await run(() => lock.acquire(), { name: "taker", signals: [] });

        await run(() => give(lease), { name: "giver", signals: [] });

        give(lock.acquireNowait());
      },
    },
  ];
}

function order(make: () => LockLike): ContractCase[] {
  return [
    {
      name: "serves who came first, first",
      async run() {
        const lock = make();
        const served: number[] = [];
        const lease = await lock.acquire();

        const all = [1, 2, 3, 4, 5].map((i) => lock.run(() => void served.push(i)));
        give(lease);
        await Promise.all(all);

        assert.deepEqual(served, [1, 2, 3, 4, 5]);
      },
    },
    {
      name: "is handed to the head of the queue, so that nobody slips in between",
      async run() {
        const lock = make();
        const lease = await lock.acquire();
        const head = lock.acquire();

        give(lease);
        assert.throws(() => lock.acquireNowait(), WouldBlockError);
        const late = lock.acquire();

        give(await head);
        give(await late);
      },
    },
    {
      name: "lets two branches of one task contend",
      async run() {
        const lock = make();
        const events: string[] = [];
        const branch = (name: string) =>
          lock.run(async () => {
            events.push(`${name} in`);
            await waitAllTasksBlocked();
            events.push(`${name} out`);
          });

        await Promise.all([branch("a"), branch("b")]);

        assert.deepEqual(events, ["a in", "a out", "b in", "b out"]);
      },
    },
    {
      name: "never lets in two at once, whatever they do inside",
      async run() {
        const lock = make();
        const most = { inside: 0, ever: 0 };
        const visit = async (i: number) => {
          for (let turn = 0; turn < 5; turn++) {
            const lease = await lock.acquire();
            most.ever = Math.max(most.ever, ++most.inside);
            for (let pause = 0; pause < (i + turn) % 3; pause++) await Promise.resolve();
            most.inside--;
            give(lease);
          }
        };

        await Promise.all(Array.from({ length: 20 }, (_, i) => visit(i)));

        assert.deepEqual(most, { inside: 0, ever: 1 });
      },
    },
    {
      name: "serves 10,000 in order, of whom every other one was cancelled",
      async run() {
        const lock = make();
        const doomed = new CancelScope();
        const served: number[] = [];
        const visit = (i: number) => lock.run(() => void served.push(i));
        const lease = await lock.acquire();
        const stay: Promise<void>[] = [];

        const left = doomed.run(async (scope) => {
          for (let i = 0; i < 10_000; i += 2) {
            void visit(i);
            stay.push(shield(() => visit(i + 1)));
          }
          scope.cancel();
          await Promise.all(stay);
        });
        give(lease);
        await left;

        assert.deepEqual(
          served,
          Array.from({ length: 5_000 }, (_, i) => 2 * i + 1),
        );
      },
    },
  ];
}

function cancellation(make: () => LockLike): ContractCase[] {
  return [
    {
      name: "is not taken by who was cancelled before",
      async run() {
        const lock = make();

        const error = await new CancelScope().run(async (scope) => {
          scope.cancel();
          return rejection(lock.acquire());
        });

        assert.ok(error instanceof CancelledError);
        give(lock.acquireNowait());
      },
    },
    {
      name: "is not waited for by who was cancelled before",
      async run() {
        const lock = make();
        const lease = await lock.acquire();

        await new CancelScope().run((scope) => {
          scope.cancel();
          return lock.acquire();
        });
        give(lease);

        give(lock.acquireNowait());
      },
    },
    {
      name: "goes to the next one when a waiter is cancelled",
      async run() {
        const lock = make();
        const scope = new CancelScope();
        const lease = await lock.acquire();
        const cancelled = scope.run(() => lock.acquire());
        const next = lock.acquire();
        await waitAllTasksBlocked();

        scope.cancel();
        await cancelled;
        give(lease);

        assert.ok(scope.cancelledCaught);
        give(await next);
        give(lock.acquireNowait());
      },
    },
    {
      name: "goes to the next one when the head is cancelled just before it is given back",
      async run() {
        const lock = make();
        const scope = new CancelScope();
        const lease = await lock.acquire();
        const cancelled = scope.run(() => lock.acquire());
        const next = lock.acquire();

        scope.cancel();
        give(lease);

        assert.equal(await cancelled, undefined);
        give(await next);
        give(lock.acquireNowait());
      },
    },
    {
      name: "is delivered to who is cancelled just after it was given back",
      async run() {
        const lock = make();
        const scope = new CancelScope();
        const lease = await lock.acquire();
        const granted = scope.run(() => lock.acquire());

        give(lease);
        scope.cancel();

        const delivered = await granted;
        assert.ok(delivered !== undefined, "the lease was lost");
        assert.throws(() => lock.acquireNowait(), WouldBlockError);
        give(delivered);
        give(lock.acquireNowait());
      },
    },
    {
      name: "is not waited for any more by who was left behind in a scope",
      leavesBehind: true,
      async run() {
        const lock = make();
        const lease = await lock.acquire();

        await new CancelScope().run(() => void lock.acquire());
        give(lease);

        give(lock.acquireNowait());
      },
    },
    {
      name: "waits on behind a shield",
      async run() {
        const lock = make();
        const scope = new CancelScope();
        const lease = await lock.acquire();
        const waiting = scope.run(() => shield(() => lock.acquire()));

        scope.cancel();
        give(lease);

        const delivered = await waiting;
        assert.ok(delivered !== undefined, "the shield did not hold");
        give(delivered);
      },
    },
  ];
}

function calling(make: () => LockLike): ContractCase[] {
  return [
    {
      name: "is held while a function runs, and resolves to what it returns",
      async run() {
        const lock = make();

        const value = await lock.run(async () => {
          assert.throws(() => lock.acquireNowait(), WouldBlockError);
          await Promise.resolve();
          assert.throws(() => lock.acquireNowait(), WouldBlockError);
          return 42;
        });

        assert.equal(value, 42);
        give(lock.acquireNowait());
      },
    },
    {
      name: "is given back when the function fails, and rejects with its very error",
      async run() {
        const lock = make();
        const failure = new Error("failure");
        const fail = (): never => {
          throw failure;
        };

        assert.equal(await rejection(lock.run(fail)), failure);
        assert.equal(await rejection(lock.run(async () => fail())), failure);

        give(lock.acquireNowait());
      },
    },
    {
      name: "is given back when the function is cancelled",
      async run() {
        const lock = make();
        const scope = new CancelScope();
        const running = scope.run(() => lock.run(() => sleepForever()));
        await waitAllTasksBlocked();

        scope.cancel();
        await running;

        assert.ok(scope.cancelledCaught);
        give(lock.acquireNowait());
      },
    },
    {
      name: "does not call the function in a cancelled scope",
      async run() {
        const lock = make();
        let called = false;

        await new CancelScope().run((scope) => {
          scope.cancel();
          return lock.run(() => void (called = true));
        });

        assert.equal(called, false);
        give(lock.acquireNowait());
      },
    },
    {
      name: "rejects what is no function, and takes nothing",
      async run() {
        const lock = make();

        assert.ok((await rejection(lock.run(5 as unknown as () => void))) instanceof TypeError);

        give(lock.acquireNowait());
      },
    },
  ];
}

function releasing(make: () => Required<LockLike>): ContractCase[] {
  return [
    {
      name: "is given back by release(), which ends the current lease",
      async run() {
        const lock = make();
        const lease = await lock.acquire();

        lock.release();
        give(lease);

        give(lock.acquireNowait());
        assert.throws(() => lock.release(), InvalidStateError);
      },
    },
    {
      name: "is handed over by release()",
      async run() {
        const lock = make();
        await lock.acquire();
        const next = lock.acquire();

        lock.release();

        assert.throws(() => lock.acquireNowait(), WouldBlockError);
        await next;
        lock.release();
        give(lock.acquireNowait());
      },
    },
    {
      name: "cannot be released when nobody has it, and is none the worse for it",
      async run() {
        const lock = make();

        assert.throws(() => lock.release(), InvalidStateError);

        const lease = lock.acquireNowait();
        assert.throws(() => lock.acquireNowait(), WouldBlockError);
        give(lease);
      },
    },
  ];
}

function surroundings(make: () => LockLike): ContractCase[] {
  return [
    {
      name: "serves the tasks of several programs",
      async run() {
        const lock = make();
        const events: string[] = [];
        const program = (name: string) => run(() => lock.run(() => void events.push(name)), { name, signals: [] });

        const lease = await lock.acquire();
        const programs = [program("first"), program("second")];
        await waitAllTasksBlocked();
        give(lease);
        await Promise.all(programs);

        assert.deepEqual(events, ["first", "second"]);
      },
    },
    {
      name: "tells who holds what a task waits for",
      async run() {
        const lock = make();
        const lease = await run(() => lock.acquire(), { name: "holder", signals: [] });
        const waiting = run(() => lock.acquire(), { name: "who waits", signals: [] });
        await waitAllTasksBlocked();

        const info = getRunningTasks().find(({ name }) => name === "who waits");
        give(lease);
        give(await waiting);

        assert.match(info?.waitingFor ?? "nothing", /"holder" #\d+/);
      },
    },
    {
      name: "gives way to timers where it is taken and given back over and over",
      async run() {
        const lock = make();
        const scope = new CancelScope();

        // A deadline would be one of virtual time, which does not pass while something goes on.
        setTimeout(() => scope.cancel(), 20);
        await scope.run(async () => {
          for (;;) give(await lock.acquire());
        });

        assert.ok(scope.cancelledCaught);
        give(lock.acquireNowait());
      },
    },
  ];
}

function give(lease: Disposable): void {
  lease[Symbol.dispose]();
}

function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => assert.fail("it did not reject"),
    (error: unknown) => error,
  );
}
