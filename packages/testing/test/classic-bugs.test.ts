import { describe, expect, it } from "vitest";
import { run } from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import { Condition, Event, Lock } from "@anyio/sync";
import { gather } from "@anyio/task-groups";
import { DeadlockError, explore, ExploreError } from "@anyio/testing";
import { caught } from "#support/caught";

interface Bug {
  readonly name: string;
  /** Notes what it does, to compare one schedule with another. */
  readonly body: (note: (event: string) => void) => Promise<unknown>;
  readonly corrected: () => Promise<unknown>;
  readonly isIt: (error: unknown) => boolean;
}

/** Something that takes a while. */
async function work(steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) await checkpoint();
}

const lostWakeUp: Bug = {
  name: "a lost wake-up",
  async body(note) {
    const letters: string[] = [];
    let arrival = new Event();
    await gather([
      async () => {
        if (letters.length === 0) {
          await work(1);
          // Whatever has come since the look into the box has told an event that nobody waits for.
          arrival = new Event();
          note("waits");
          await arrival.wait();
        }
        note(`reads ${letters.shift()}`);
      },
      async () => {
        await work(4);
        letters.push("letter");
        note("posts");
        arrival.set();
      },
    ]);
  },
  async corrected() {
    const letters: string[] = [];
    const arrival = new Condition();
    await gather([
      () =>
        arrival.run(async () => {
          await arrival.waitFor(() => letters.length > 0);
          letters.shift();
        }),
      async () => {
        await work(4);
        await arrival.run(() => {
          letters.push("letter");
          arrival.notify();
        });
      },
    ]);
  },
  isIt: (error) => error instanceof DeadlockError,
};

const checkThenAct: Bug = {
  name: "a check and an act with an await in between",
  async body(note) {
    let balance = 100;
    const withdraw = async (name: string, delay: number): Promise<void> => {
      await work(delay);
      if (balance < 100) return note(`${name} is refused`);
      note(`${name} is granted`);
      await work(1);
      balance -= 100;
    };
    await gather([() => withdraw("one", 0), () => withdraw("other", 4)]);
    if (balance < 0) throw new Error(`the balance is ${balance}`);
  },
  async corrected() {
    let balance = 100;
    const account = new Lock();
    const withdraw = async (delay: number): Promise<void> => {
      await work(delay);
      await account.run(async () => {
        if (balance < 100) return;
        await work(1);
        balance -= 100;
      });
    };
    await gather([() => withdraw(0), () => withdraw(4)]);
    if (balance < 0) throw new Error(`the balance is ${balance}`);
  },
  isIt: (error) => (error as Error).message === "the balance is -100",
};

const lockOrder: Bug = {
  name: "a deadlock by lock order",
  async body(note) {
    const [left, right] = [new Lock(), new Lock()];
    const move = (name: string, from: Lock, to: Lock) =>
      from.run(async () => {
        note(`${name} holds one`);
        await to.run(() => work(1));
        note(`${name} is done`);
      });
    await gather([() => move("there", left, right), () => work(6).then(() => move("back", right, left))]);
  },
  async corrected() {
    const [left, right] = [new Lock(), new Lock()];
    const move = () => left.run(() => right.run(() => work(1)));
    await gather([move, () => work(6).then(move)]);
  },
  isIt: (error) => error instanceof DeadlockError && error.dump.includes("held by"),
};

describe.each([lostWakeUp, checkThenAct, lockOrder])("$name", ({ body, corrected, isIt }) => {
  it("is not found by running plainly a thousand times", async () => {
    for (let i = 0; i < 1000; i++) await run(() => body(() => {}), { signals: [] });
  });

  it("is found within a thousand schedules, and named by a seed that replays it exactly", async () => {
    const logs: string[][] = [];
    const noted = () => {
      const log: string[] = [];
      logs.push(log);
      return body((event) => log.push(event));
    };

    const found = await caught(explore(noted, { seeds: 1000 }), ExploreError);
    const first = logs.at(-1);
    const again = await caught(explore(noted, { seeds: [found.seed] }), ExploreError);
    const other = await caught(explore(noted, { seeds: [found.seed, 1, 2] }), ExploreError);

    expect(isIt(found.cause)).toBe(true);
    expect(found.message).toContain(`explore(fn, { seeds: [${found.seed}] })`);
    expect([again.seed, other.seed]).toEqual([found.seed, found.seed]);
    expect(isIt(again.cause)).toBe(true);
    expect(logs.slice(-2)).toEqual([first, first]);
  });

  it("is not found any more where it is corrected", async () => {
    await explore(corrected, { seeds: 1000 });
  });
});
