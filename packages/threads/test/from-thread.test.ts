import { MessageChannel } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { CancelScope, failAfter, InvalidStateError, moveOnAfter } from "@anyio/core";
import { fromThread, toThread } from "@anyio/threads";
import { inProgram } from "./support/program.js";
import { flag, raised, work } from "./support/work.js";

describe("fromThread.checkCancelled", { timeout: 30_000 }, () => {
  it("is an InvalidStateError outside of a thread, and of a call", async () => {
    expect(() => fromThread.checkCancelled()).toThrow(InvalidStateError);

    const { port1, port2 } = new MessageChannel();
    const told = new Promise<unknown>((resolve) => void port1.once("message", resolve));
    await inProgram(async () => {
      await toThread.run(work.checkAfterwards, [port2], { transfer: [port2] });
      expect(await told).toBe("InvalidStateError");
    });
    port1.close();
  });

  it("tells who was cancelled, and why", async () => {
    await inProgram(async () => {
      const began = flag();
      const scope = new CancelScope({ name: "download" });
      const running = scope.run(() => toThread.run(work.describeCancellation, [began]));
      await raised(began);
      scope.cancel({ because: "enough" });

      expect(await running).toMatchObject({
        name: "AbortError",
        code: "ABORT_ERR",
        source: "cancel",
        scopeName: "download",
        reason: { because: "enough" },
      });
    });
  });

  it("tells of a deadline, and of an error that is the reason", async () => {
    await inProgram(async () => {
      const first = await moveOnAfter(20, () => toThread.run(work.describeCancellation));
      const scope = new CancelScope();
      const began = flag();
      const running = scope.run(() => toThread.run(work.describeCancellation, [began]));
      await raised(began);
      scope.cancel(new RangeError("too much"));

      expect(first?.["source"]).toBe("deadline");
      expect((await running)?.["reason"]).toEqual(new RangeError("too much"));
    });
  });

  it("sees a cancellation at once", async () => {
    await inProgram(async () => {
      const delays: number[] = [];
      for (let i = 0; i < 10; i++) {
        const began = flag();
        const scope = new CancelScope();
        const running = scope.run(() => toThread.run(work.whenCancelled, [began]));
        await raised(began);
        const at = performance.timeOrigin + performance.now();
        scope.cancel();
        delays.push(((await running) ?? Infinity) - at);
      }

      // A busy machine may keep one of them waiting.
      expect(Math.min(...delays)).toBeLessThan(1);
    });
  });

  it("sees none of a call before", async () => {
    await inProgram(async () => {
      for (let i = 0; i < 20; i++) {
        await moveOnAfter(1, () => toThread.run(work.spinUntilCancelled));
        expect(await toThread.run(work.costOfCheck, [10])).toBeGreaterThanOrEqual(0);
      }
    });
  });

  it("costs nanoseconds", async () => {
    const costs = await inProgram(async () => {
      const costs: number[] = [];
      for (let i = 0; i < 5; i++) costs.push(await toThread.run(work.costOfCheck, [200_000]));
      return costs;
    });

    expect(Math.min(...costs)).toBeLessThan(1_000);
  });
});

describe("fromThread.remaining", { timeout: 30_000 }, () => {
  it("is the time until the caller's deadline", async () => {
    const [none, some] = await inProgram(() =>
      Promise.all([toThread.run(work.remaining), failAfter(60_000, () => toThread.run(work.remaining))]),
    );

    expect(none).toBe(Infinity);
    expect(some).toBeGreaterThan(30_000);
    expect(some).toBeLessThanOrEqual(60_001);
    expect(() => fromThread.remaining()).toThrow(InvalidStateError);
  });
});
