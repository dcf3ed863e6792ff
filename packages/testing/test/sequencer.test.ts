import { describe, expect, it } from "vitest";
import { BrokenResourceError, CancelScope, currentTime, InvalidStateError, moveOnAfter, sleep } from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import { gather } from "@anyio/task-groups";
import { explore, Sequencer } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { virtually } from "./support/virtually.js";

describe("Sequencer", () => {
  it("puts stretches of several tasks into one order, under every schedule", async () => {
    await explore(
      async () => {
        const sequencer = new Sequencer();
        const events: string[] = [];
        const stretch = async (name: string, ...steps: number[]): Promise<void> => {
          for (const step of steps) {
            await sequencer.step(step);
            events.push(`${name}${step}`);
            await checkpoint();
            events.push(`${name}${step}`);
          }
        };

        await gather([() => stretch("a", 0, 3), () => stretch("b", 1, 4), () => stretch("c", 2)]);

        expect(events).toEqual(["a0", "a0", "b1", "b1", "c2", "c2", "a3", "a3", "b4", "b4"]);
      },
      { seeds: 30 },
    );
  });

  it("is in time, however late somebody asks for a step", () =>
    virtually(async () => {
      const sequencer = new Sequencer();
      const events: string[] = [];
      await gather([
        async () => {
          await sleep(100);
          await sequencer.step(0);
          events.push(`0 at ${currentTime()}`);
        },
        async () => {
          await sequencer.step(1);
          events.push(`1 at ${currentTime()}`);
          await sequencer.step(2);
          events.push(`2 at ${currentTime()}`);
        },
      ]);

      expect(events).toEqual(["0 at 100", "1 at 100", "2 at 100"]);
    }));

  it("is broken for all later steps by one that is cancelled", () =>
    virtually(async () => {
      const sequencer = new Sequencer();
      const [cancelled, waiting] = await Promise.all([
        moveOnAfter(10, () => sequencer.step(1).then(() => "taken")),
        errorOf(sequencer.step(2)),
      ]);
      const late = await caught(sequencer.step(3), BrokenResourceError);

      expect(cancelled).toBeUndefined();
      expect(waiting).toBeInstanceOf(BrokenResourceError);
      expect(late.message).toContain("step 1 was cancelled");
      await sequencer.step(0);
    }));

  it("refuses in a cancelled scope", async () => {
    const sequencer = new Sequencer();
    const scope = new CancelScope();
    scope.cancel();

    await scope.run(() => sequencer.step(5));

    expect(scope.cancelledCaught).toBe(true);
  });

  it("rejects a step that was asked for before", async () => {
    const sequencer = new Sequencer();
    await sequencer.step(0);

    const error = await caught(sequencer.step(0), InvalidStateError);

    expect(error.message).toMatch(/step 0.*its own number/);
    await sequencer.step(1);
  });

  it.each([-1, 0.5, Number.NaN])("rejects step %d", async (n) => {
    const error = await caught(new Sequencer().step(n), RangeError);

    expect(error.message).toContain(String(n));
  });
});
