import { describe, expect, it } from "vitest";
import { CancelScope, dumpTasks, getCurrentTask, isCancelled, moveOnAfter, run, sleep } from "@anyio/core";
import { currentScope, entrust, Task } from "@anyio/core/lowlevel";
import { errorOf } from "#support/caught";
import { turn, turns } from "#support/turn";
import { mayLeak } from "#support/may-leak";
import { outside } from "#support/outside";

class Child extends Task {
  static start(fn: () => unknown, name = "child"): void {
    new Child(currentScope(), name).begin(fn);
  }

  protected override ended(): void {}
}

describe("entrust", () => {
  it("ends the resource when the task has ended, and the task waits for it", async () => {
    const events: string[] = [];

    await run(async () => {
      const closed = entrust("the resource", () => {
        events.push("is to end");
        setTimeout(() => closed(events.push("is closed")), 5);
      });
      await sleep(1);
      events.push("main ends");
    });
    events.push("run has ended");

    expect(events).toEqual(["main ends", "is to end", "is closed", "run has ended"]);
  });

  it("asks nobody to end a resource that is closed", async () => {
    const events: string[] = [];

    await run(() => {
      const closed = entrust("the resource", () => events.push("is to end"));
      closed();
      closed();
    });

    expect(events).toEqual([]);
  });

  it("leaves a resource alone when its task is cancelled, until the task has ended", async () => {
    const events: string[] = [];

    await errorOf(
      run(async () => {
        const closed = entrust("the resource", () => closed(events.push("is to end")));
        currentScope().cancel("enough");
        await sleep(1).catch((error: unknown) => events.push(`cancelled: ${isCancelled(error)}`));
        await turns(2);
        events.push("cleaned up");
        await sleep(1);
      }),
    );

    expect(events).toEqual(["cancelled: true", "cleaned up", "is to end"]);
  });

  it("belongs to the task, not to the scope that it is called in", async () => {
    const events: string[] = [];

    await run(async () => {
      await moveOnAfter(1000, () => {
        const closed = entrust("the resource", () => closed(events.push("is to end")));
      });
      await turn();
      events.push("the scope has ended");
    });

    expect(events).toEqual(["the scope has ended", "is to end"]);
  });

  it("belongs to the innermost scope on demand", async () => {
    const events: string[] = [];

    await new CancelScope().run(() => {
      const closed = entrust("the resource", () => closed(events.push("is to end")), "scope");
    });
    events.push("the scope has ended");

    expect(events).toEqual(["is to end", "the scope has ended"]);
  });

  it("belongs to the outermost run on demand", async () => {
    const events: string[] = [];

    await outside(() =>
      run(async () => {
        await run(async () => {
          Child.start(() => {
            const closed = entrust("the resource", () => closed(events.push("is to end")), "run");
          });
          await turn();
        });
        events.push("the inner run has ended");
      }),
    );

    expect(events).toEqual(["the inner run has ended", "is to end"]);
  });

  it("calls end in the task, whose operations wait like any other's", async () => {
    const names: string[] = [];

    await run(
      () => {
        const closed = entrust("the resource", () => closed(names.push(getCurrentTask().name)));
      },
      { name: "owner" },
    );

    expect(names).toEqual(["owner"]);
  });

  it("is nothing that a task waits for while it goes on, and what it waits for when it has ended", async () => {
    const dumps: string[] = [];

    await run(
      async () => {
        const closed = entrust("the resource to end", () => {
          dumps.push(dumpTasks());
          closed();
        });
        dumps.push(dumpTasks());
      },
      { name: "owner" },
    );

    expect(dumps[0]).not.toContain("the resource to end");
    expect(dumps[1]).toContain("waiting for the resource to end");
  });

  it("ends what is opened while the task is being left", mayLeak, async () => {
    const events: string[] = [];

    await run(async () => {
      const open = async (): Promise<void> => {
        await sleep(1000).catch(() => {});
        const closed = entrust("the resource", () => closed(events.push("is to end")));
        events.push("opened");
      };
      const first = entrust("another", () => void setTimeout(first, 5));
      void open();
      await turn();
    });

    expect(events).toEqual(["opened", "is to end"]);
  });

  it("outside run() belongs to the process, which does not ask", async () => {
    const closed = entrust("the resource", () => expect.unreachable());
    await turn();

    closed();
  });

  it("outside run() belongs to the process on demand, also in a task and in a scope", mayLeak, async () => {
    const events: string[] = [];
    let closed = (): void => {};

    await outside(() =>
      new CancelScope().run(async () => {
        Child.start(() => {
          closed = entrust("the resource", () => events.push("is to end"), "run");
        });
        await turn();
      }),
    );
    await turn();

    expect(events).toEqual([]);
    closed();
  });

  it("belongs to the run on demand, also where there is a scope around it", async () => {
    const events: string[] = [];

    await outside(() =>
      new CancelScope().run(async () => {
        await run(() => {
          const closed = entrust("the resource", () => closed(events.push("is to end")), "run");
        });
        events.push("the run has ended");
      }),
    );

    expect(events).toEqual(["is to end", "the run has ended"]);
  });
});
