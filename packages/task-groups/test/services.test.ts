import { describe, expect, it } from "vitest";
import { CancelScope, currentTime, moveOnAfter, shield, sleep, sleepForever } from "@anyio/core";
import { withTaskGroup } from "@anyio/task-groups";
import { rejection } from "./support/rejections.js";
import { untilCancelled } from "./support/until-cancelled.js";
import { virtually } from "./support/virtual-clock.js";

describe("a service", () => {
  it("does not keep its group open", async () => {
    const events: string[] = [];

    await virtually(async () => {
      await withTaskGroup(async (tg) => {
        tg.startSoon(() => sleepForever().catch(() => events.push(`service at ${currentTime()}`)), { service: true });
        tg.startSoon(() => sleep(10));
        await sleep(5);
      });
      events.push("group");
    });

    expect(events).toEqual(["service at 10", "group"]);
  });

  it("runs until body and ordinary tasks have finished, the cancelled ones too", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        tg.startSoon(() => untilCancelled(() => events.push(`service at ${currentTime()}`)), { service: true });
        const task = tg.startSoon(() => untilCancelled(() => shield(() => sleep(10))));
        await sleep(1);
        task.cancel();
      }),
    );

    expect(events).toEqual(["service at 11"]);
  });

  it("is cancelled before the services that were started before it, and waited for", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup((tg) => {
        for (const name of ["first", "second", "third"]) {
          const cleanUp = async (): Promise<void> => {
            events.push(`${name} cancelled at ${currentTime()}`);
            await shield(() => sleep(10));
            events.push(`${name} ended at ${currentTime()}`);
          };
          tg.startSoon(() => untilCancelled(cleanUp), { service: true });
        }
      }),
    );

    expect(events).toEqual([
      "third cancelled at 0",
      "third ended at 10",
      "second cancelled at 10",
      "second ended at 20",
      "first cancelled at 20",
      "first ended at 30",
    ]);
  });

  it("is cancelled before the older ones also where it was started while they are being ended", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup((tg) => {
        const serve = (name: string): void => {
          const cleanUp = async (): Promise<void> => {
            await shield(() => sleep(1));
            events.push(name);
            if (name === "second") serve("third");
          };
          tg.startSoon(() => untilCancelled(cleanUp), { service: true });
        };
        serve("first");
        serve("second");
      }),
    );

    expect(events).toEqual(["second", "third", "first"]);
  });

  it("has the services that are older while an ordinary task goes on that it started as it was ended", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup((tg) => {
        tg.startSoon(() => untilCancelled(() => events.push(`first at ${currentTime()}`)), { service: true });
        const flush = async (): Promise<void> => {
          tg.startSoon(async () => {
            await sleep(10);
            events.push(`flushed at ${currentTime()}`);
          });
        };
        tg.startSoon(() => untilCancelled(flush), { service: true });
      }),
    );

    expect(events).toEqual(["flushed at 10", "first at 10"]);
  });

  it("may end early without an error", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        const service = tg.startSoon(() => sleep(1), { service: true });
        await sleep(10);
        events.push(`body at ${currentTime()}`, service.status);
      }),
    );

    expect(events).toEqual(["body at 10", "finished"]);
  });

  it("fails the group when it fails", async () => {
    const failure = new Error("failure");
    const events: string[] = [];

    const error = await virtually(() =>
      rejection(
        withTaskGroup(async (tg) => {
          tg.startSoon(
            async () => {
              await sleep(1);
              throw failure;
            },
            { service: true },
          );
          await sleepForever().catch(() => events.push(`body at ${currentTime()}`));
        }),
      ),
    );

    expect(error).toBe(failure);
    expect(events).toEqual(["body at 1"]);
  });

  it("fails the group when it fails while it is being ended", async () => {
    const events: string[] = [];

    const error = await virtually(() =>
      rejection(
        withTaskGroup((tg) => {
          tg.startSoon(() => untilCancelled(() => events.push("first")), { service: true });
          tg.startSoon(
            () =>
              untilCancelled(() => {
                throw new Error("failure");
              }),
            { service: true },
          );
        }),
      ),
    );

    expect(error).toHaveProperty("message", "failure");
    expect(events).toEqual(["first"]);
  });

  it("does not turn the group's end into a cancellation", async () => {
    const scope = new CancelScope();

    const value = await virtually(() =>
      scope.run(() =>
        withTaskGroup((tg) => {
          tg.startSoon(() => sleepForever(), { service: true });
          return "value";
        }),
      ),
    );

    expect(value).toBe("value");
  });

  it("is cancelled with all other tasks when the group is", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        const cleanUp = async (): Promise<void> => {
          await shield(() => sleep(10));
          events.push(`at ${currentTime()}`);
        };
        tg.startSoon(() => untilCancelled(cleanUp), { service: true });
        tg.startSoon(() => untilCancelled(cleanUp), { service: true });
        tg.startSoon(() => untilCancelled(cleanUp));
        await sleep(1);
        tg.cancel();
      }),
    );

    expect(events).toEqual(["at 11", "at 11", "at 11"]);
  });

  it("passes an outer cancellation on that ended it", async () => {
    const events: string[] = [];

    await virtually(() =>
      moveOnAfter(5, async () => {
        await withTaskGroup(async (tg) => {
          tg.startSoon(() => sleepForever(), { service: true });
          await sleepForever().catch(() => {});
        });
        events.push("after");
      }),
    );

    expect(events).toEqual([]);
  });

  it("may start ordinary tasks, which keep the group open", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        tg.startSoon(
          async () => {
            tg.startSoon(() => sleep(20).then(() => events.push(`task at ${currentTime()}`)));
            await untilCancelled(() => events.push(`service at ${currentTime()}`));
          },
          { service: true },
        );
        await sleep(10);
      }),
    );

    expect(events).toEqual(["task at 20", "service at 20"]);
  });

  it("is ended together with a task that it waits to be ready", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        const connect = (): Promise<never> => untilCancelled(() => events.push(`task at ${currentTime()}`));
        tg.startSoon(() => tg.start(connect).finally(() => events.push("service")), { service: true });
        await sleep(10);
      }),
    );

    expect(events).toEqual(["task at 10", "service"]);
  });

  it("may be started with start(), also by a service", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        const inner = async (status: { started(): void }): Promise<void> => {
          await sleep(5);
          status.started();
          events.push(`inner ready at ${currentTime()}`);
          await untilCancelled(() => events.push(`inner ended at ${currentTime()}`));
        };
        const outer = async (status: { started(): void }): Promise<void> => {
          status.started();
          await tg.start(inner, { service: true });
          await untilCancelled(() => events.push(`outer ended at ${currentTime()}`));
        };
        await tg.start(outer, { service: true });
        await sleep(10);
      }),
    );

    expect(events).toEqual(["inner ready at 5", "inner ended at 10", "outer ended at 10"]);
  });

  it("is ended also where it became ready while the group was ending", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (tg) => {
        const inner = async (status: { started(): void }): Promise<void> => {
          await shield(() => sleep(20));
          status.started();
          await untilCancelled(() => events.push(`inner ended at ${currentTime()}`));
        };
        tg.startSoon(() => tg.start(inner, { service: true }).finally(() => events.push("outer ended")), {
          service: true,
        });
        await sleep(10);
      }),
    );

    expect(events).toEqual(["outer ended", "inner ended at 20"]);
  });

  it("is ended when the last task to start turns out to be a service", async () => {
    const events: string[] = [];

    await virtually(() =>
      withTaskGroup(async (outer) => {
        await withTaskGroup((tg) => {
          const serve = async (status: { started(): void }): Promise<void> => {
            await sleep(10);
            status.started();
            await untilCancelled(() => events.push(`ended at ${currentTime()}`));
          };
          outer.startSoon(() => tg.start(serve, { service: true }));
          return sleep(5);
        });
        events.push("group");
      }),
    );

    expect(events).toEqual(["ended at 10", "group"]);
  });

  it("is one of 2,000", async () => {
    const ended: number[] = [];

    await virtually(() =>
      withTaskGroup((tg) => {
        for (let i = 0; i < 2000; i++) tg.startSoon(() => untilCancelled(() => ended.push(i)), { service: true });
      }),
    );

    expect(ended).toEqual(Array.from({ length: 2000 }, (_, i) => 1999 - i));
  });
});
