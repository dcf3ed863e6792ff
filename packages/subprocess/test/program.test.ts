import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runProcess } from "@anyio/subprocess";
import { runtime, skipOn } from "#support/runtimes";
import { Mark, until, watchProcessTable } from "./support/marked.js";
import { startProgram } from "./support/program.js";
import { text } from "./support/text.js";

watchProcessTable();

describe("a program with processes and workers", () => {
  it.each([
    ["naturally", 0],
    ["fails", 1],
    ["throws", 1],
    ["exit", 3],
  ])(
    "leaves none behind when it ends: %s",
    async (how, expected) => {
      if (how === "throws") {
        skipOn("bun", "an error that nobody catches does not end it while a top-level await is pending");
        skipOn("deno", "it has no exit event where an error ends it that nobody caught");
      }
      const mark = new Mark();

      const { code } = await startProgram("program", { ...mark.env, HOW: how }).ending;

      expect(code).toBe(expected);
      await until(() => mark.living.length === 0);
    },
    20_000,
  );

  it.each(["SIGINT", "SIGTERM"] as const)(
    "leaves none behind when %s ends its run()",
    async (signal) => {
      const mark = new Mark();
      const program = startProgram("program", mark.env);
      await program.said("ready");
      expect(mark.living.length).toBeGreaterThan(5);

      program.kill(signal);

      expect((await program.ending).signal).toBe(signal);
      mark.expectGone();
    },
    20_000,
  );

  it("leaves none behind when a second signal ends it at once", async () => {
    const mark = new Mark();
    const program = startProgram("program", { ...mark.env, HOW: "stuck" });
    await program.said("ready");

    program.kill("SIGTERM");
    await program.said("cleaning up");
    program.kill("SIGTERM");

    expect((await program.ending).signal).toBe("SIGTERM");
    await until(() => mark.living.length === 0);
  }, 20_000);

  it("goes on where a worker prints, or floods its stderr", async () => {
    const program = startProgram("floods", {});
    await program.said("both");

    expect((await program.ending).code).toBe(0);
    expect(program.stdout.length).toBeGreaterThan(1_000_000);
    expect(program.stdout).toMatch(/xprinted\nboth returned\n$/);
  }, 20_000);

  it.each(["only-idle-worker", "only-busy-worker"])(
    "leaves no worker behind when it is killed: %s",
    async (how) => {
      const mark = new Mark();
      const program = startProgram("program", { ...mark.env, HOW: how });
      await program.said("ready");
      expect(mark.living.length).toBeGreaterThan(1);

      program.kill("SIGKILL");

      expect((await program.ending).signal).toBe("SIGKILL");
      await until(() => mark.living.length === 0);
    },
    20_000,
  );

  it("outside run() has the worker again that a group has used, and is not kept alive by it", async () => {
    const mark = new Mark();
    const began = performance.now();
    const program = startProgram("outside", mark.env);

    expect((await program.ending).code).toBe(0);
    expect(program.stdout).toBe("the same worker\n");
    // It would take ten seconds until the worker is dismissed.
    expect(performance.now() - began).toBeLessThan(9_000);
    await until(() => mark.living.length === 0);
  }, 20_000);
});

describe("a program whose stdin is a terminal", () => {
  it("has a child that inherits it stay in its own group, which alone may read from it", async () => {
    const program = fileURLToPath(new URL("fixtures/terminal.mjs", import.meta.url));
    const flags = runtime.family === "deno" ? "run -A" : "";

    const { stdout } = await runProcess(["script", "-qec", `${process.execPath} ${flags} ${program}`, "/dev/null"], {
      env: { ...process.env, NODE_OPTIONS: "", FORCE_COLOR: "0" },
    });

    expect(text(stdout).trim().split(/\r?\n/)).toEqual(["follows", "follows", "leads", "leads"]);
  }, 20_000);
});
