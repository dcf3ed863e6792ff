import { describe, expect, it } from "vitest";
import { claimSignal } from "@anyio/core/lowlevel";
import { startProgram } from "./support/program.js";

describe("claimSignal", () => {
  it("has run() leave a signal alone until the last claim is given up", async () => {
    const program = startProgram("claimed");
    await program.said("ready");

    program.kill("SIGTERM");
    await program.said("claims: 1");
    program.kill("SIGTERM");
    await program.said("claims: 0");
    program.kill("SIGTERM");

    const { signal, stdout } = await program.ending;
    expect(signal).toBe("SIGTERM");
    expect(stdout.split("\n").slice(0, 3)).toEqual(["ready", "claims: 1", "claims: 0"]);
    expect(stdout).toContain("cancelled: SIGTERM");
  });

  it("is given up once, however often that is said", async () => {
    const [first, second] = [claimSignal("SIGHUP"), claimSignal("SIGHUP")];
    const claims = (globalThis as unknown as Record<symbol, { claimedSignals: Map<string, number> }>)[
      Symbol.for("@anyio/core/v1")
    ]?.claimedSignals;

    first();
    first();
    expect(claims?.get("SIGHUP")).toBe(1);
    second();
    expect(claims?.has("SIGHUP")).toBe(false);
  });
});
