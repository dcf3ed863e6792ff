import { describe, expect, it, vi } from "vitest";
import { atExit } from "@anyio/core/lowlevel";
import { startProgram } from "./support/program.js";

describe("atExit", () => {
  it.each(["naturally", "exit"])(
    "calls back when the process ends %s, each once, also after one that throws",
    async (how) => {
      const { code, stdout, stderr } = await startProgram("at-exit", { HOW: how }).ending;

      expect(stdout).toBe("first\nlast\n");
      expect(stderr).toContain("the second one fails");
      expect(code).toBe(0);
    },
  );

  it("calls back on a second signal", async () => {
    const program = startProgram("at-exit", { HOW: "stuck" });
    await program.said("ready");

    program.kill("SIGTERM");
    await program.said("cleaning up");
    program.kill("SIGTERM");

    const { signal, stdout } = await program.ending;
    expect(signal).toBe("SIGTERM");
    expect(stdout).toBe("ready\ncleaning up\nfirst\nlast\n");
  });

  it("leaves no listener behind", () => {
    const before = process.listenerCount("exit");

    const cancels = [atExit(() => expect.unreachable()), atExit(() => expect.unreachable())];
    expect(process.listenerCount("exit")).toBe(before + 1);
    for (const cancel of [...cancels, ...cancels]) cancel();

    expect(process.listenerCount("exit")).toBe(before);
  });

  it("leaves none behind where two copies of the package take turns", async () => {
    const before = process.listenerCount("exit");
    vi.resetModules();
    const other = await import("../src/at-exit.js");
    expect(other.atExit).not.toBe(atExit);

    for (let i = 0; i < 3; i++) {
      const cancels = [atExit(() => expect.unreachable()), other.atExit(() => expect.unreachable())];
      for (const cancel of cancels) cancel();
    }

    expect(process.listenerCount("exit")).toBe(before);
  });
});
