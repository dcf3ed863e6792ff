import { describe, expect, it } from "vitest";
import { CancelScope, InvalidStateError, run } from "@anyio/core";
import { RunVar } from "@anyio/core/lowlevel";
import { outside } from "#support/outside";
import { VirtualClock } from "#support/virtual-clock";

describe("RunVar", () => {
  it("holds one value per run", async () => {
    const pool = new RunVar<string>("pool");
    const use = (name: string) =>
      outside(() =>
        run(
          async () => {
            pool.set(name);
            await undefined;
            return pool.get();
          },
          { signals: [] },
        ),
      );

    expect(await Promise.all([use("a"), use("b")])).toEqual(["a", "b"]);
  });

  it("is shared by nested runs, both ways, and by all scopes", () =>
    run(
      async () => {
        const pool = new RunVar<string>("pool");
        pool.set("outer");
        const seen: string[] = [];

        await run(() => {
          seen.push(pool.get());
          pool.set("from the nested run");
        });
        await new CancelScope().run(() => seen.push(pool.get()));

        expect(seen).toEqual(["outer", "from the nested run"]);
      },
      { signals: [] },
    ));

  it("is shared by a nested run with a back end of its own, set first in there", () =>
    run(
      async () => {
        const pool = new RunVar<string>("pool");

        await run(() => pool.set("from the nested run"), { backend: { clock: new VirtualClock() } });

        expect(pool.get()).toBe("from the nested run");
      },
      { signals: [] },
    ));

  it("is not seen by the next run", () =>
    outside(async () => {
      const pool = new RunVar<string>("pool");
      await run(() => pool.set("first"), { signals: [] });

      await run(() => expect(() => pool.get()).toThrow(InvalidStateError), { signals: [] });
    }));

  it("throws InvalidStateError, naming itself, where there is nothing", () => {
    expect(() => new RunVar("pool").get()).toThrow(InvalidStateError);
    expect(() => new RunVar("pool").get()).toThrow(/"pool"/);
  });

  it("gives its default before anything is set, undefined too", () => {
    expect(new RunVar("limit", { default: 40 }).get()).toBe(40);
    expect(new RunVar<number | undefined>("limit", { default: undefined }).get()).toBeUndefined();
  });

  it("gives what was set rather than its default, undefined too", () =>
    run(
      () => {
        const limit = new RunVar<number | undefined>("limit", { default: 40 });
        limit.set(undefined);

        expect(limit.get()).toBeUndefined();
      },
      { signals: [] },
    ));

  it("is a variable of its own, whatever its name", () =>
    run(
      () => {
        const [a, b] = [new RunVar<string>("same"), new RunVar<string>("same")];
        a.set("a");

        expect(() => b.get()).toThrow(InvalidStateError);
      },
      { signals: [] },
    ));
});
