import { describe, expect, it } from "vitest";
import { CancelScope, run, sleep, sleepForever } from "@anyio/core";
import { currentScope, noteClosed, noteOpened, Task, witness, type Witness } from "@anyio/core/lowlevel";
import { takeWarnings } from "#support/warnings";
import { turn } from "#support/turn";
import { mayLeak } from "#support/may-leak";

class Child extends Task {
  static start(scope: CancelScope, name: string, fn: () => unknown = () => {}): void {
    new Child(scope, name).begin(fn);
  }

  protected override ended(): void {}
}

/** Writes down what it is told, without the stacks. */
class Log implements Witness {
  readonly events: string[] = [];
  readonly origins: string[] = [];

  began(task: { readonly label: string }, origin: () => string): void {
    this.events.push(`${task.label} begins`);
    this.origins.push(origin());
  }

  opened(_resource: object, name: string, origin: string): void {
    this.events.push(`${name} is opened`);
    this.origins.push(origin);
  }

  ended(item: object): void {
    this.events.push(item instanceof Task ? `${item.label} ends` : "something is closed");
  }

  left(kind: string, name: string, origin: string): void {
    this.events.push(`${kind} ${name} is left`);
    this.origins.push(origin);
  }
}

async function witnessed(fn: (scope: CancelScope) => unknown, scope = new CancelScope()): Promise<Log> {
  const log = new Log();
  const end = witness(scope, log);
  await scope.run(fn);
  end();
  return log;
}

describe("witness", () => {
  it("tells of tasks that begin in the scope, also of those that belong elsewhere, and of their ends", async () => {
    await new CancelScope().run(async (outer) => {
      const { events } = await witnessed(async (scope) => {
        Child.start(scope, "one");
        await turn();
        Child.start(outer, "other");
        await turn();
      });

      expect(events).toEqual(["one begins", "one ends", "other begins", "other ends"]);
    });
  });

  it("tells of resources, but for those that are memory alone", async () => {
    const { events } = await witnessed(() => {
      const socket = {};
      noteOpened(socket, "a socket");
      noteOpened({}, "a buffer", "memory");
      noteClosed(socket);
    });

    expect(events).toEqual(["a socket is opened", "something is closed"]);
  });

  it("tells of what is left behind, at any depth, instead of a warning", async () => {
    const { events } = await witnessed(async () => {
      await new CancelScope().run(() => void sleep(1000));
      void new CancelScope({ name: "inner" }).run(() => sleepForever());
      void run(() => sleepForever(), { name: "nested" }).catch(() => {});
    });

    expect(events).toEqual(["operation sleep(1000) is left", "scope inner is left", "task nested is left"]);
    expect(await takeWarnings()).toEqual([]);
  });

  it("tells where each began", async () => {
    const { origins } = await witnessed(async (scope) => {
      Child.start(scope, "child");
      await turn();
      noteOpened({}, "a socket");
      void sleep(1000);
    });

    expect(origins).toHaveLength(3);
    expect(origins.every((origin) => origin.includes("witness.test.ts"))).toBe(true);
  });

  it("tells the innermost of two, and nobody of what happens elsewhere", mayLeak, async () => {
    let inner: Log | undefined;
    const [outer] = await Promise.all([
      witnessed(async () => {
        inner = await witnessed(() => void sleep(1000));
      }),
      new CancelScope().run(() => void sleep(2000)),
    ]);

    expect(inner?.events).toEqual(["operation sleep(1000) is left"]);
    expect(outer.events).toEqual([]);
  });

  it("tells nothing once it has been ended", async () => {
    const log = new Log();
    await new CancelScope().run(async (scope) => {
      witness(scope, log)();
      Child.start(currentScope(), "child");
      noteOpened({}, "a socket");
      await turn();
    });

    expect(log.events).toEqual([]);
  });
});
