import { describe, expect, it } from "vitest";
import { CONTESTANTS } from "../src/contestants/index.js";
import { parseOptions } from "../src/options.js";
import { UsageError } from "../src/usage-error.js";
import { WORKLOADS } from "../src/workloads/index.js";

describe("parseOptions", () => {
  it("asks for everything by default", () => {
    const options = parseOptions([]);

    expect(options?.workloads).toBe(WORKLOADS);
    expect(options?.contestants).toEqual(CONTESTANTS);
    expect(options?.rounds).toBe(5);
    expect(options?.mode).toBe("warm");
  });

  it("takes a workload's name, the beginning of several ones', and lists", () => {
    const options = parseOptions(["--workload", "timeout,process", "--contestant", "effect", "--contestant", "anyio"]);

    expect(options?.workloads.map(({ name }) => name)).toEqual(["timeout-return", "timeout-await", "process"]);
    expect(options?.contestants).toEqual(["anyio", "effect"]);
  });

  it("ignores the dashes that pnpm hands on", () => {
    expect(parseOptions(["--", "--smoke"])?.mode).toBe("smoke");
  });

  it.each([
    [["--workload", "nope"]],
    [["--workload", "spawn,"]],
    [["--contestant", "nope"]],
    [["--rounds", "0"]],
    [["--rounds", "1.5"]],
    [["--smoke", "--check"]],
    [["--smoke", "--rounds", "2"]],
    [["--smoke", "--cold"]],
    [["--nope"]],
    [["nope"]],
  ])("rejects %j", (args) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
  });

  it("is undefined when help is wanted", () => {
    expect(parseOptions(["--help"])).toBeUndefined();
  });
});
