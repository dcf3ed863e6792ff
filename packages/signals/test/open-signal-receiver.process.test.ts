import { describe, expect, it } from "vitest";
import { startProgram } from "./support/program.js";

describe("openSignalReceiver, in a process of its own", () => {
  it("suspends the default action, and gives it back on closing", async () => {
    const program = await startProgram("default-action");

    await program.send("SIGHUP", "SIGHUP 1");
    await program.send("SIGHUP", "closed");
    await program.send("SIGHUP");

    expect(await program.ending).toEqual({
      signal: "SIGHUP",
      said: ["ready", "SIGHUP 1", "SIGHUP 2", "closed"],
      stderr: "",
    });
  });

  it("keeps the process alive while somebody waits, and no longer", async () => {
    const program = await startProgram("waits");

    await program.send("SIGHUP", "SIGHUP");

    expect(await program.ending).toEqual({ signal: null, said: ["ready", "SIGHUP"], stderr: "" });
  });

  it("leaves other signals their default action", async () => {
    const program = await startProgram("default-action");

    await program.send("SIGTERM");

    expect(await program.ending).toEqual({ signal: "SIGTERM", said: ["ready"], stderr: "" });
  });

  it("replaces run()'s handling of its signals, which is back on closing", async () => {
    const program = await startProgram("beside-run");

    await program.send("SIGHUP", "received SIGHUP");
    await program.send("SIGTERM", "closed");
    await program.send("SIGTERM");

    expect(await program.ending).toEqual({
      signal: "SIGTERM",
      said: ["ready", "received SIGHUP", "received SIGTERM", "closed", "cancelled: SIGTERM"],
      stderr: "",
    });
  });

  it("leaves run() the signals that it does not receive", async () => {
    const program = await startProgram("beside-run");

    await program.send("SIGINT");

    expect(await program.ending).toEqual({ signal: "SIGINT", said: ["ready"], stderr: "" });
  });

  it("suspends them until the last receiver is closed", async () => {
    const program = await startProgram("two-receivers");

    await program.send("SIGTERM", "both SIGTERM SIGTERM");
    await program.send("SIGTERM", "none");
    await program.send("SIGTERM");

    expect(await program.ending).toEqual({
      signal: "SIGTERM",
      said: ["ready", "both SIGTERM SIGTERM", "one SIGTERM", "none", "cleaned up"],
      stderr: "",
    });
  });

  it("refuses in a worker thread", async () => {
    const { said } = await (await startProgram("worker")).ending;

    expect(said[1]).toMatch(/^InvalidStateError: signals only reach the main thread/);
  });
});
