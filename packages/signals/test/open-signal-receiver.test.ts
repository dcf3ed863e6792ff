import { describe, expect, it } from "vitest";
import { CancelScope, ClosedResourceError, dumpTasks, moveOnAfter, run, type SignalName } from "@anyio/core";
import { openSignalReceiver } from "@anyio/signals";
import { withTaskGroup } from "@anyio/task-groups";
import { assertNoLeaks, LeakError, VirtualClock } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { turns } from "#support/turn";

/** Sends this process a signal, and waits until it has arrived. */
async function send(name: NodeJS.Signals): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once(name, () => resolve());
    process.kill(process.pid, name);
  });
}

async function take(signals: AsyncIterable<SignalName>, count: number): Promise<SignalName[]> {
  const taken: SignalName[] = [];
  for await (const name of signals) if (taken.push(name) === count) break;
  return taken;
}

describe("openSignalReceiver", () => {
  it("keeps what came before anybody waited, in order", async () => {
    using signals = openSignalReceiver("SIGHUP", "SIGUSR2");

    await send("SIGUSR2");
    await send("SIGHUP");
    await send("SIGUSR2");

    expect(await take(signals, 3)).toEqual(["SIGUSR2", "SIGHUP", "SIGUSR2"]);
  });

  it("waits for a signal", async () => {
    using signals = openSignalReceiver("SIGHUP");
    const next = signals[Symbol.asyncIterator]().next();

    await send("SIGHUP");

    expect(await next).toEqual({ value: "SIGHUP", done: false });
  });

  it("loses none between two loops", async () => {
    using signals = openSignalReceiver("SIGHUP");
    await send("SIGHUP");
    await send("SIGHUP");

    expect(await take(signals, 1)).toEqual(["SIGHUP"]);
    await send("SIGHUP");
    expect(await take(signals, 2)).toEqual(["SIGHUP", "SIGHUP"]);
  });

  it("gives each of 20 receivers every signal, with one listener", async () => {
    const receivers = Array.from({ length: 20 }, () => openSignalReceiver("SIGHUP"));

    await send("SIGHUP");

    expect(process.listenerCount("SIGHUP")).toBe(1);
    for (const signals of receivers) {
      expect(await take(signals, 1)).toEqual(["SIGHUP"]);
      signals.close();
    }
    expect(process.listenerCount("SIGHUP")).toBe(0);
  });

  it("listens once for a name that is given twice", async () => {
    using signals = openSignalReceiver("SIGHUP", "SIGHUP");

    await send("SIGHUP");
    await send("SIGHUP");

    expect(await take(signals, 2)).toEqual(["SIGHUP", "SIGHUP"]);
    expect(await moveOnAfter(10, () => take(signals, 1))).toBeUndefined();
  });

  it("serves those who wait first come, first served", async () => {
    using signals = openSignalReceiver("SIGHUP");
    const events: string[] = [];
    const wait = async (who: string): Promise<void> => {
      const { value } = await signals[Symbol.asyncIterator]().next();
      events.push(`${who} ${value}`);
    };
    const both = Promise.all([wait("a"), wait("b")]);

    await send("SIGHUP");
    await turns(1);
    expect(events).toEqual(["a SIGHUP"]);
    await send("SIGHUP");
    await both;

    expect(events).toEqual(["a SIGHUP", "b SIGHUP"]);
  });

  it("loses none when a wait is cancelled", async () => {
    using signals = openSignalReceiver("SIGHUP");
    const scope = new CancelScope();

    await scope.run(async () => {
      setImmediate(() => scope.cancel());
      await take(signals, 1);
    });
    await send("SIGHUP");

    expect(scope.cancelledCaught).toBe(true);
    expect(await take(signals, 1)).toEqual(["SIGHUP"]);
  });

  it("delivers a signal that came before the cancellation", async () => {
    using signals = openSignalReceiver("SIGHUP");
    const scope = new CancelScope();

    const value = await scope.run(async () => {
      const next = signals[Symbol.asyncIterator]().next();
      await send("SIGHUP");
      scope.cancel();
      return (await next).value;
    });

    expect(value).toBe("SIGHUP");
  });

  it("refuses in a cancelled scope and keeps what has come", async () => {
    using signals = openSignalReceiver("SIGHUP");
    await send("SIGHUP");

    const scope = new CancelScope();
    scope.cancel();
    await scope.run(() => take(signals, 1));

    expect(scope.cancelledCaught).toBe(true);
    expect(await take(signals, 1)).toEqual(["SIGHUP"]);
  });

  it("settles a pending next() when its iteration is left", async () => {
    using signals = openSignalReceiver("SIGHUP");
    const iterator = signals[Symbol.asyncIterator]();
    const next = iterator.next();

    await iterator.return?.();

    expect(await next).toEqual({ value: undefined, done: true });
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
  });

  it("fails whoever waits, and every later use, once it is closed", async () => {
    const signals = openSignalReceiver("SIGHUP");
    const waiting = [errorOf(take(signals, 1)), errorOf(take(signals, 1))];
    await turns(1);

    signals.close();
    signals.close();

    for (const error of await Promise.all(waiting)) expect(error).toBeInstanceOf(ClosedResourceError);
    await caught(take(signals, 1), ClosedResourceError);
    expect(process.listenerCount("SIGHUP")).toBe(0);
  });

  it("is closed by using", () => {
    {
      using signals = openSignalReceiver("SIGHUP");
      void signals;
      expect(process.listenerCount("SIGHUP")).toBe(1);
    }
    expect(process.listenerCount("SIGHUP")).toBe(0);
  });

  it("can be closed by whoever is told of a signal, and another be opened", async () => {
    const signals = openSignalReceiver("SIGHUP");
    const first = take(signals, 1).then(() => {
      signals.close();
      return openSignalReceiver("SIGHUP");
    });
    await send("SIGHUP");
    using second = await first;

    await send("SIGHUP");

    expect(await take(second, 1)).toEqual(["SIGHUP"]);
    expect(await moveOnAfter(10, () => take(second, 1))).toBeUndefined();
  });

  it.each([
    ["no name", [], /names must hold a signal/],
    ["an unknown one", ["SIGNOPE"], /not "SIGNOPE"/],
    ["one of no signal", ["toString"], /not "toString"/],
    ["a number", [15], /not 15/],
    ["SIGKILL", ["SIGHUP", "SIGKILL"], /which SIGKILL cannot/],
  ])("refuses %s", (_what, names, message) => {
    expect(() => openSignalReceiver(...(names as SignalName[]))).toThrow(TypeError);
    expect(() => openSignalReceiver(...(names as SignalName[]))).toThrow(message);
    expect(process.listenerCount("SIGHUP")).toBe(0);
  });

  it("says in a task dump what it waits for", async () => {
    using signals = openSignalReceiver("SIGTERM", "SIGHUP");

    const dump = await withTaskGroup(async (tg) => {
      tg.startSoon(() => take(signals, 1));
      await turns(2);
      const dump = dumpTasks();
      tg.cancel();
      return dump;
    });

    expect(dump).toContain("waiting for SIGTERM or SIGHUP");
  });

  it("is named by a leak check where it is left open", async () => {
    const error = await caught(
      assertNoLeaks(() => void openSignalReceiver("SIGHUP")),
      LeakError,
    );

    expect(error.leaks[0]?.name).toBe("a receiver of SIGHUP");
    expect(process.listenerCount("SIGHUP")).toBe(0);
  });

  it("is no deadlock on a virtual clock", async () => {
    using signals = openSignalReceiver("SIGHUP");

    const received = await run(
      async () => {
        setTimeout(() => process.kill(process.pid, "SIGHUP"), 20);
        return take(signals, 1);
      },
      { signals: [], backend: { clock: new VirtualClock({ autojump: true }) } },
    );

    expect(received).toEqual(["SIGHUP"]);
  });

  it("hands over 10,000 to 10,000 who wait", async () => {
    using signals = openSignalReceiver("SIGHUP");
    const waiting = Array.from({ length: 10_000 }, () => signals[Symbol.asyncIterator]().next());

    for (let i = 0; i < 10_000; i++) process.emit("SIGHUP", "SIGHUP");

    const results = await Promise.all(waiting);
    expect(results.every(({ value }) => value === "SIGHUP")).toBe(true);
  });
});
