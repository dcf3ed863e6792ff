import { describe, expect, it } from "vitest";
import { sleep } from "@anyio/core";
import { toThread } from "@anyio/threads";
import { inProgram } from "./support/program.js";
import { work } from "./support/work.js";

describe("toThread.run, threads without work", { timeout: 60_000 }, () => {
  it("ends them after ten seconds, and keeps those that are needed", async () => {
    const { threadId, spin } = work;
    await inProgram(async () => {
      const ids = await Promise.all([toThread.run(threadId), toThread.run(threadId)]);
      const needed = await toThread.run(threadId);
      for (const end = performance.now() + 12_000; performance.now() < end; await sleep(500)) {
        expect(await toThread.run(threadId)).toBe(needed);
      }

      const [, other] = await Promise.all([toThread.run(spin, [100]), toThread.run(threadId)]);
      expect(ids).toContain(needed);
      expect(ids).not.toContain(other);
    });
  });
});
