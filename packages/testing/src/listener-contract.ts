import assert from "node:assert/strict";
import {
  BusyResourceError,
  CancelledError,
  CancelScope,
  ClosedResourceError,
  EndOfStreamError,
  failAfter,
  forceClose,
  sleepForever,
  waitAllTasksBlocked,
} from "@anyio/core";
import type { ByteStreamLike } from "./byte-stream-contract.js";
import type { ContractCase } from "./contract-case.js";
import { inCancelledScope, isA, outcomeOf } from "./internal/proof.js";

/** What waits for others to connect; listeners of `@anyio/streams` do, and others need not extend them. */
export interface ListenerLike<S extends ByteStreamLike = ByteStreamLike> extends AsyncDisposable {
  serve(handler: (stream: S) => unknown, options?: ServeOptionsLike<S>): Promise<never>;
  close(): Promise<void>;
}

/** A listener, and the way to it. */
export interface Listening<S extends ByteStreamLike = ByteStreamLike> {
  readonly listener: ListenerLike<S>;
  /** Connects to it, and gives the other end. */
  readonly connect: () => Promise<ByteStreamLike>;
}

/**
 * What every listener does.
 *
 * @param make makes one for each case, which listens already
 * @example
 * // One for a listener of yours: for (const { name, run } of listenerContract(make)) test(name, run);
 * listenerContract(() => Promise.reject(new Error("not written yet"))).length > 10; // => true
 */
export function listenerContract<S extends ByteStreamLike>(make: () => Promise<Listening<S>>): ContractCase[] {
  const prove = (fn: (stage: Stage<S>) => Promise<void>) => async () => {
    const stage = new Stage(await make());
    const perform = async (): Promise<void> => {
      try {
        await fn(stage);
      } finally {
        await stage.clear();
      }
    };
    await failAfter(TIME_LIMIT, perform, { reason: "the case" });
  };
  return [...serving(prove), ...failing(prove), ...ending(prove)];
}

function serving<S extends ByteStreamLike>(prove: Prove<S>): ContractCase[] {
  return [
    {
      name: "calls its handler with each connection, and closes the stream when the handler ends",
      run: prove(async (stage) => {
        void stage.serve(async (stream) => {
          const [byte = 0] = await stream.receive(1);
          await stream.send(Uint8Array.of(byte + 1));
        });
        for (const byte of [1, 5]) {
          const client = await stage.connect();

          await client.send(Uint8Array.of(byte));

          assert.deepEqual([...(await client.receive())], [byte + 1]);
          await assert.rejects(client.receive(), isA(EndOfStreamError));
        }
      }),
    },
    {
      name: "serves connections side by side",
      run: prove(async (stage) => {
        void stage.serve(async (stream) => {
          const bytes = await stream.receive();
          await stream.send(bytes);
        });
        const [patient, quick] = [await stage.connect(), await stage.connect()];

        await quick.send(Uint8Array.of(2));
        assert.deepEqual([...(await quick.receive())], [2]);
        await patient.send(Uint8Array.of(1));
        assert.deepEqual([...(await patient.receive())], [1]);
      }),
    },
    {
      name: "tells its status, once it accepts, what it is",
      run: prove(async (stage) => {
        const told: unknown[] = [];

        void stage.serve(() => {}, { status: { started: (listener) => void told.push(listener) } });
        await stage.connect();
        await waitAllTasksBlocked();

        assert.equal(told.length, 1);
        assert.equal(told[0], stage.listener);
      }),
    },
    {
      name: "runs its handlers in the group it is given",
      run: prove(async (stage) => {
        const handled: unknown[] = [];
        const taskGroup = { startSoon: (handler: () => unknown) => void handled.push(handler()) };

        void stage.serve((stream) => stream.send(Uint8Array.of(7)), { taskGroup });
        const client = await stage.connect();

        assert.deepEqual([...(await client.receive())], [7]);
        await Promise.all(handled);
        assert.equal(handled.length, 1);
      }),
    },
    {
      name: "serves once at a time",
      run: prove(async (stage) => {
        void stage.serve((stream) => stream.send(Uint8Array.of(7)));
        await waitAllTasksBlocked();

        await assert.rejects(
          stage.listener.serve(() => {}),
          isA(BusyResourceError),
        );

        const client = await stage.connect();
        assert.deepEqual([...(await client.receive())], [7], "and the first goes on");
      }),
    },
  ];
}

function failing<S extends ByteStreamLike>(prove: Prove<S>): ContractCase[] {
  const failure = new Error("a handler's failure");
  return [
    {
      name: "ends with the error of a handler, where nobody else takes it, and cancels the other handlers",
      run: prove(async (stage) => {
        const events: string[] = [];
        const served = stage.serve(async (stream) => {
          const [byte] = await stream.receive(1);
          if (byte === 1) throw failure;
          await sleepForever().finally(() => events.push("the other one is cancelled"));
        });
        const [other, failing] = [await stage.connect(), await stage.connect()];
        await other.send(Uint8Array.of(0));
        await stage.settle();

        await failing.send(Uint8Array.of(1));

        assert.equal(await served, failure);
        assert.deepEqual(events, ["the other one is cancelled"]);
      }),
    },
    {
      name: "hands the error of a handler, and its stream, to onError, closes the stream, and goes on",
      run: prove(async (stage) => {
        const told: unknown[][] = [];
        const streams: S[] = [];
        void stage.serve(
          (stream) => {
            if (streams.push(stream) === 1) throw failure;
            return stream.send(Uint8Array.of(7));
          },
          { onError: (...args) => void told.push(args) },
        );

        const bad = await stage.connect();
        await assert.rejects(bad.receive(), isA(EndOfStreamError));
        const good = await stage.connect();

        assert.deepEqual([...(await good.receive())], [7]);
        assert.equal(told.length, 1);
        assert.equal(told[0]?.[0], failure);
        assert.equal(told[0]?.[1], streams[0]);
      }),
    },
    {
      name: "ends with what onError throws itself",
      run: prove(async (stage) => {
        const worse = new Error("what onError throws");
        const served = stage.serve(() => Promise.reject(failure), {
          onError: () => {
            throw worse;
          },
        });

        await stage.connect();

        assert.equal(await served, worse);
      }),
    },
  ];
}

function ending<S extends ByteStreamLike>(prove: Prove<S>): ContractCase[] {
  return [
    {
      name: "cancels and joins its handlers as it is closed, and ends",
      run: prove(async (stage) => {
        const events: string[] = [];
        const [begun, begin] = signal();
        const served = stage.serve(() => {
          begin();
          return sleepForever().finally(() => events.push("the handler ends"));
        });
        await stage.connect();
        await begun;

        await stage.listener.close();
        events.push("closed");

        assert.ok((await served) instanceof ClosedResourceError);
        assert.deepEqual(events, ["the handler ends", "closed"]);
      }),
    },
    {
      name: "refuses to serve when it is closed, and is not to be reached",
      run: prove(async (stage) => {
        await stage.listener.close();

        await assert.rejects(
          stage.listener.serve(() => {}),
          isA(ClosedResourceError),
        );
        await assert.rejects(stage.connect());
      }),
    },
    {
      name: "cancels and joins its handlers when serving is cancelled, and may serve again",
      run: prove(async (stage) => {
        const events: string[] = [];
        const scope = new CancelScope();
        const [begun, begin] = signal();
        const handler = () => {
          begin();
          return sleepForever().finally(() => events.push("the handler ends"));
        };
        const served = stage.serve(handler, {}, scope);
        await stage.connect();
        await begun;

        scope.cancel();
        await served;
        events.push("serving has ended");
        void stage.serve((stream) => stream.send(Uint8Array.of(7)));
        const client = await stage.connect();

        assert.deepEqual([...(await client.receive())], [7]);
        assert.ok(scope.cancelledCaught);
        assert.deepEqual(events, ["the handler ends", "serving has ended"]);
      }),
    },
    {
      name: "refuses to serve in a cancelled scope, and is none the worse for it",
      run: prove(async (stage) => {
        const outcome = await inCancelledScope(() => outcomeOf(stage.listener.serve(() => {})));

        assert.ok(outcome instanceof CancelledError);
        void stage.serve((stream) => stream.send(Uint8Array.of(7)));
        const client = await stage.connect();
        assert.deepEqual([...(await client.receive())], [7]);
      }),
    },
    {
      name: "is closed more than once without harm",
      run: prove(async ({ listener }) => {
        await listener.close();
        await listener.close();
        await listener[Symbol.asyncDispose]();
      }),
    },
    {
      name: "is closed in a cancelled scope",
      run: prove(async (stage) => {
        const served = stage.serve(() => sleepForever());
        await stage.connect();
        await waitAllTasksBlocked();

        await inCancelledScope(() => stage.listener.close());

        assert.ok((await served) instanceof ClosedResourceError);
      }),
    },
  ];
}

/** Something to wait for, and what tells that it has come. */
function signal(): [come: Promise<void>, tell: () => void] {
  let tell = (): void => {};
  const come = new Promise<void>((resolve) => (tell = resolve));
  return [come, () => tell()];
}

type Prove<S extends ByteStreamLike> = (fn: (stage: Stage<S>) => Promise<void>) => () => Promise<void>;

interface ServeOptionsLike<S extends ByteStreamLike> {
  readonly taskGroup?: { startSoon(handler: () => unknown): unknown };
  readonly status?: { started(listener: unknown): void };
  readonly onError?: (error: unknown, stream: S) => unknown;
}

/** A listener that is served, and its clients. */
class Stage<S extends ByteStreamLike> {
  readonly listener: ListenerLike<S>;
  readonly #connect: () => Promise<ByteStreamLike>;
  readonly #clients: ByteStreamLike[] = [];
  readonly #serving: { scope: CancelScope; served: Promise<unknown> }[] = [];

  constructor({ listener, connect }: Listening<S>) {
    this.listener = listener;
    this.#connect = connect;
  }

  /** Begins to serve, and tells what that comes to. */
  serve(
    handler: (stream: S) => unknown,
    options?: ServeOptionsLike<S>,
    scope: CancelScope = new CancelScope(),
  ): Promise<unknown> {
    const served = outcomeOf(scope.run(() => this.listener.serve(handler, options)));
    this.#serving.push({ scope, served });
    return served;
  }

  async connect(): Promise<ByteStreamLike> {
    const client = await this.#connect();
    this.#clients.push(client);
    return client;
  }

  /** Waits until what is on its way has come: it may be on its way through the system. */
  async settle(): Promise<void> {
    for (let i = 0; i < TURNS; i++) await waitAllTasksBlocked();
  }

  async clear(): Promise<void> {
    for (const { scope, served } of this.#serving) {
      scope.cancel();
      await served;
    }
    for (const client of this.#clients) await forceClose(client);
    await forceClose(this.listener);
  }
}

const TIME_LIMIT = 10_000;
const TURNS = 10;
