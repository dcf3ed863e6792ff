import { describe, expect, it } from "vitest";
import { startProgram } from "./support/program.js";

const SIGNALS: NodeJS.Signals[] = ["SIGINT", "SIGTERM"];

/** Long enough for a process to end that has nothing to live for. */
const LONG_ENOUGH = 400;

describe("run, in a process of its own", () => {
  it("ends by itself when main has, with code 0", async () => {
    expect(await startProgram("value").ending).toEqual({ code: 0, signal: null, stdout: "value\n", stderr: "" });
  });

  it("ends with code 1 and the error when main fails", async () => {
    const { code, signal, stderr } = await startProgram("fails").ending;

    expect([code, signal]).toEqual([1, null]);
    expect(stderr).toContain("the program failed");
  });

  it.each(SIGNALS)("cleans up on %s, then ends by that signal", async (signal) => {
    const program = startProgram("cleanup");
    await program.said("ready");

    program.kill(signal);

    expect(await program.ending).toEqual({
      code: null,
      signal,
      stdout: `ready\ncancelled: shutdown, ${signal}\ncleaned up\n`,
      stderr: "",
    });
  });

  it.each(SIGNALS)("ends by %s also if main swallowed the cancellation", async (signal) => {
    const program = startProgram("swallows");
    await program.said("ready");

    program.kill(signal);

    expect(await program.ending).toEqual({ code: null, signal, stdout: "ready\nswallowed\n", stderr: "" });
  });

  it.each([
    ["SIGINT", "SIGINT"],
    ["SIGTERM", "SIGTERM"],
    ["SIGINT", "SIGTERM"],
  ] as const)("prints the task dump on a second signal and ends at once: %s, %s", async (first, second) => {
    const program = startProgram("stuck");
    await program.said("ready");

    program.kill(first);
    await program.said("cleaning up");
    program.kill(second);

    const { signal, stderr } = await program.ending;
    expect(signal).toBe(second);
    expect(stderr).toMatch(/stuck program #\d+, .*waiting for sleepForever\(\).*shielded/);
  });

  it("prints an error of the cleanup, and ends by the signal", async () => {
    const program = startProgram("failing-cleanup");
    await program.said("ready");

    program.kill("SIGTERM");

    const { signal, stderr } = await program.ending;
    expect(signal).toBe("SIGTERM");
    expect(stderr).toMatch(/rror: the journal is lost\n+ +at /);
  });

  it("loses nothing of what cleanup writes to a pipe", async () => {
    const program = startProgram("much-output");
    await program.said("ready");

    program.kill("SIGTERM");

    const { signal, stdout } = await program.ending;
    expect(signal).toBe("SIGTERM");
    expect(stdout.split("\n")).toHaveLength(10_003);
    expect(stdout).toMatch(/the last line\n$/);
  });

  it("leaves signals alone with signals: []", async () => {
    const program = startProgram("no-signals");
    await program.said("ready");

    program.kill("SIGTERM");

    expect(await program.ending).toEqual({ code: null, signal: "SIGTERM", stdout: "ready\n", stderr: "" });
  });

  it("handles the signals that it is given, and no others", async () => {
    const [wanted, other] = [startProgram("other-signal"), startProgram("other-signal")];
    await Promise.all([wanted.said("ready"), other.said("ready")]);

    wanted.kill("SIGHUP");
    other.kill("SIGTERM");

    expect(await wanted.ending).toMatchObject({ signal: "SIGHUP", stdout: "ready\ncleaned up\n" });
    expect(await other.ending).toMatchObject({ signal: "SIGTERM", stdout: "ready\n" });
  });

  it("leaves signals alone inside a scope and inside another run, and gives them back at its end", async () => {
    const { stdout } = await startProgram("nested").ending;

    expect(stdout.split("\n")).toEqual([
      "before: 0,0",
      "in a scope: 0,0",
      "in a run: 1,1",
      "in a nested run: 1,1",
      "SIGHUP: 0",
      "after: 0,0",
      "",
    ]);
  });

  it("gives signals their default action back when it is over", async () => {
    const program = startProgram("after-run");
    await program.said("ready");

    program.kill("SIGINT");

    expect(await program.ending).toMatchObject({ code: null, signal: "SIGINT" });
  });

  it("lets a listener of the program's own be called too, and ends by the signal", async () => {
    const program = startProgram("own-listener");
    await program.said("ready");

    program.kill("SIGTERM");

    const { signal, stdout } = await program.ending;
    expect(signal).toBe("SIGTERM");
    expect(stdout.split("\n").toSorted()).toEqual(["", "cleaned up", "its own listener", "ready"]);
  });

  it("lets each of two runs clean up before the process ends", async () => {
    const program = startProgram("two-runs");
    await program.said("ready b");

    program.kill("SIGTERM");

    expect(await program.ending).toEqual({
      code: null,
      signal: "SIGTERM",
      stdout: "ready a\nready b\ncleaned up a\ncleaned up b\n",
      stderr: "",
    });
  });

  it.each(["never-settles", "sleeps-forever"])("keeps the process alive: %s", async (name) => {
    const program = startProgram(name);
    await program.said("ready");

    await new Promise((resolve) => void setTimeout(resolve, LONG_ENOUGH));

    expect(program.hasEnded).toBe(false);
    program.kill("SIGKILL");
    expect((await program.ending).signal).toBe("SIGKILL");
  });

  it("can still be ended when main waits for a promise that never settles", async () => {
    const program = startProgram("never-settles");
    await program.said("ready");
    await new Promise((resolve) => void setTimeout(resolve, LONG_ENOUGH));

    program.kill("SIGINT");
    await new Promise((resolve) => void setTimeout(resolve, LONG_ENOUGH));
    expect(program.hasEnded).toBe(false);
    program.kill("SIGINT");

    const { signal, stderr } = await program.ending;
    expect(signal).toBe("SIGINT");
    expect(stderr).toMatch(/main #\d+, .*cancelled/);
  });
});

describe("ANYIO_DEBUG=1", () => {
  it("records where things began, from the start", async () => {
    const { code, stdout, stderr } = await startProgram("debugged", { ANYIO_DEBUG: "1" }).ending;

    expect([code, stdout]).toEqual([0, "a stack\n"]);
    expect(stderr).toMatch(/ANYIO_FLOATING.*sleepForever\(\)/);
    expect(stderr).toContain("debugged.mjs");
  });

  it("is off where it is not set", async () => {
    const { stdout, stderr } = await startProgram("debugged").ending;

    expect([stdout, stderr]).toEqual(["no stack\n", ""]);
  });
});
