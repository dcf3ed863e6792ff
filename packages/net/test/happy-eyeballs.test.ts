import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CancelScope, currentTime, ExceptionGroup, isCancelled, run, shield, sleep, sleepForever } from "@anyio/core";
import { ConnectionFailedError, type ResolvedAddress } from "@anyio/net";
import { VirtualClock } from "@anyio/testing";
import { check } from "#support/property";
import { SeededScheduler } from "#support/seeded-scheduler";
import { happyEyeballs } from "../src/internal/happy-eyeballs.js";
import { byTurns, type Host, predict, type Situation } from "./support/eyeballs-model.js";

const host: fc.Arbitrary<Host> = fc.record({
  family: fc.constantFrom("ipv4", "ipv6"),
  ending: fc.constantFrom("connects", "fails", "fails", "hangs"),
  takes: fc.integer({ min: 1, max: 700 }),
  undo: fc.constantFrom(0, 0, 0, 40),
});

// Each time has a fraction of its own, so that no two of them are equal.
const situations: fc.Arbitrary<Situation> = fc.record({
  lookUp: fc.record({
    takes: fc.integer({ min: 1, max: 50 }),
    fails: fc.constantFrom(false, false, false, false, true),
  }),
  hosts: fc
    .array(host, { minLength: 1, maxLength: 6 })
    .map((hosts) => hosts.map((one, i) => ({ ...one, takes: one.takes + 2 ** -(i + 1) }))),
  delay: fc.constantFrom(1, 10, 250, 250, 10_000),
  cancelAt: fc.oneof(fc.constant(100_000), fc.integer({ min: 0, max: 1500 })).map((at) => at + 2 ** -10),
});

class FakeConnection {
  constructor(
    readonly host: number,
    readonly open: Set<FakeConnection>,
  ) {
    open.add(this);
  }

  close(): void {
    this.open.delete(this);
  }
}

/** Connects in the situation given, and records what there is to be seen. */
class Trial {
  readonly began: [host: number, at: number][] = [];
  readonly open = new Set<FakeConnection>();
  readonly errors = new Map<number, Error>();
  readonly lookUpError = new Error("no such name");
  running = 0;
  readonly addresses: ResolvedAddress[];

  constructor(readonly situation: Situation) {
    this.addresses = situation.hosts.map(({ family }, i) => {
      return { family, address: family === "ipv4" ? `10.0.0.${i}` : `fd00::${i}`, port: 80 };
    });
  }

  connect(): Promise<FakeConnection> {
    const { lookUp, delay } = this.situation;
    return happyEyeballs({
      target: "example:80",
      delay,
      lookUp: async () => {
        await sleep(lookUp.takes);
        if (lookUp.fails) throw this.lookUpError;
        return this.addresses;
      },
      attempt: (address) => this.#attempt(this.addresses.indexOf(address)),
    });
  }

  async #attempt(i: number): Promise<FakeConnection> {
    const { ending, takes, undo } = this.situation.hosts[i] as Host;
    this.began.push([i, currentTime()]);
    this.running++;
    try {
      await (ending === "hangs" ? sleepForever() : sleep(takes));
    } catch (error) {
      await shield(() => sleep(undo));
      throw error;
    } finally {
      this.running--;
    }
    if (ending === "connects") return new FakeConnection(i, this.open);
    const error = new Error(`host ${i} has failed`);
    this.errors.set(i, error);
    throw error;
  }
}

async function compare(situation: Situation): Promise<void> {
  const { began, outcome, winner, endsAt } = predict(situation);
  const trial = new Trial(situation);
  const scope = new CancelScope({ deadline: situation.cancelAt });
  let seen: unknown;

  await scope.run(async () => {
    try {
      seen = await trial.connect();
    } catch (error) {
      seen = error;
    }
  });

  expect(trial.began).toEqual(began);
  expect(trial.running).toBe(0);
  expect(currentTime()).toBe(endsAt);
  const connected = seen instanceof FakeConnection;
  expect([...trial.open]).toEqual(connected ? [seen] : []);
  if (outcome === "failed") expectFailure(seen, trial);
  else if (outcome === "connected") expect(seen).toMatchObject({ host: winner });
  else if (outcome === "cancelled" || !connected) expect(isCancelled(seen)).toBe(true);
}

function expectFailure(seen: unknown, { situation, addresses, errors, lookUpError }: Trial): void {
  expect(seen).toBeInstanceOf(ConnectionFailedError);
  const { message, cause } = seen as ConnectionFailedError;
  expect(cause).toBeInstanceOf(ExceptionGroup);
  if (situation.lookUp.fails) {
    expect(message).toBe("could not connect to example:80: no such name");
    expect(cause).toMatchObject({ errors: [lookUpError] });
    return;
  }
  const order = byTurns(situation.hosts);
  expect((cause as ExceptionGroup).errors).toEqual(order.map((i) => errors.get(i)));
  for (const i of order) {
    const { address, family } = addresses[i] as ResolvedAddress;
    expect(message).toContain(`${family === "ipv6" ? `[${address}]` : address}:80: host ${i} has failed`);
  }
}

function virtually<T>(main: () => Promise<T>, seed?: number): Promise<T> {
  const clock = new VirtualClock({ autojump: true });
  const scheduler = seed === undefined ? {} : { scheduler: new SeededScheduler(seed) };
  return run(main, { signals: [], backend: { clock, ...scheduler } });
}

describe("happy eyeballs", () => {
  it("does what the model of the rules says", async () => {
    await check(
      fc.asyncProperty(situations, (situation) => virtually(() => compare(situation))),
      500,
    );
  });

  it("does the same under every schedule", async () => {
    await check(
      fc.asyncProperty(situations, fc.integer(), (situation, seed) => virtually(() => compare(situation), seed)),
      300,
    );
  });

  it("tries the families by turns, each 250 ms after the one before", async () => {
    const hangs = { ending: "hangs", takes: 1, undo: 0 } as const;
    const trial = new Trial({
      lookUp: { takes: 0, fails: false },
      hosts: [
        { family: "ipv6", ...hangs },
        { family: "ipv6", ...hangs },
        { family: "ipv4", ...hangs },
        { family: "ipv4", ending: "connects", takes: 100, undo: 0 },
      ],
      delay: 250,
      cancelAt: Infinity,
    });

    const connection = await virtually(() => trial.connect());

    expect(trial.began).toEqual([
      [0, 0],
      [2, 250],
      [1, 500],
      [3, 750],
    ]);
    expect(connection.host).toBe(3);
  });

  it("tries the next address at once when one has failed", async () => {
    const trial = new Trial({
      lookUp: { takes: 0, fails: false },
      hosts: [
        { family: "ipv6", ending: "fails", takes: 5, undo: 0 },
        { family: "ipv4", ending: "connects", takes: 5, undo: 0 },
      ],
      delay: 250,
      cancelAt: Infinity,
    });

    await virtually(() => trial.connect());

    expect(trial.began).toEqual([
      [0, 0],
      [1, 5],
    ]);
  });

  it("closes the connection of one that has answered together with another", async () => {
    const connects = { ending: "connects", takes: 100, undo: 0 } as const;
    const trial = new Trial({
      lookUp: { takes: 0, fails: false },
      hosts: [
        { family: "ipv6", ...connects, takes: 110 },
        { family: "ipv4", ...connects },
      ],
      delay: 10,
      cancelAt: Infinity,
    });

    const connection = await virtually(() => trial.connect());

    expect([...trial.open]).toEqual([connection]);
  });

  it("fails when the look-up finds nothing", async () => {
    const connecting = happyEyeballs({
      target: "example:80",
      delay: 250,
      lookUp: async () => [],
      attempt: () => Promise.reject(new Error("unreachable")),
    });

    await expect(connecting).rejects.toThrow("could not connect to example:80: it has no address");
  });
});
