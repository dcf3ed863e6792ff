import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runtime, skipOn } from "#support/runtimes";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Starts a program of test/fixtures. It uses what is built, as users do. */
function start(how: string, ...flags: string[]): ChildProcess & { printed(): string } {
  return startFile("program.mjs", how, ...flags);
}

function startFile(file: string, how: string, ...flags: string[]): ChildProcess & { printed(): string } {
  if (!existsSync(`${root}/dist/index.js`)) throw new Error("build first: pnpm --filter @anyio/threads build");
  const before = runtime.family === "deno" ? ["run", "-A"] : flags;
  const child = spawn(process.execPath, [...before, `${root}/test/fixtures/programs/${file}`, how], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "", FORCE_COLOR: "0" },
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text) => (printed += text));
  return Object.assign(child, { printed: () => printed });
}

describe("a program with threads", { timeout: 30_000 }, () => {
  it.each([
    ["outside", 0, "3\n"],
    ["waits", 0, "done\n"],
    ["abandons", 0, "done\n"],
    ["portal", 0, "done\n"],
    ["exit", 3, ""],
  ])("ends when it has nothing to do any more: %s", async (how, code, printed) => {
    const child = start(how);
    const began = performance.now();

    expect([(await once(child, "close"))[0], child.printed()]).toEqual([code, printed]);
    // Not when its threads are reaped.
    expect(performance.now() - began).toBeLessThan(9_000);
  });

  it("outside run() has the thread again that a group has used", async () => {
    const child = start("group");
    await once(child, "close");

    expect(child.printed()).toBe("the same thread\n");
  });

  it("ends by a signal, and its busy threads with it", async () => {
    const child = start("signal");
    while (!child.printed().includes("ready")) await once(child.stdout ?? child, "data");

    child.kill("SIGTERM");

    expect((await once(child, "close"))[1]).toBe("SIGTERM");
  });

  it("ends where the system gives it no thread", async () => {
    skipOn(["bun", "deno"], "they have no flag that refuses threads");
    const flag = runtime.version.startsWith("20.") ? "--experimental-permission" : "--permission";
    const child = start("refused", flag, "--allow-fs-read=*");

    expect([(await once(child, "close"))[0], child.printed()]).toEqual([
      0,
      expect.stringMatching(/ERR_ACCESS_DENIED ERR_ACCESS_DENIED\n/),
    ]);
  });

  it("has nothing left of portals that are closed, nor of threads that broke", async () => {
    const child = startFile("leftovers.mjs", "");
    await once(child, "close");

    expect(child.printed()).toBe("left: {}\n");
  });

  it("outlives a thread that runs out of memory", async () => {
    skipOn(["bun", "deno"], "its threads have no memory of their own to run out of");
    const child = start("memory", "--max-old-space-size=64");
    await once(child, "close");

    expect(child.printed()).toMatch(/^BrokenWorkerError ERR_WORKER_OUT_OF_MEMORY unharmed\nBrokenWorkerError\n/);
  });
});
