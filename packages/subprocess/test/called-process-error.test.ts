import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { AnyioError } from "@anyio/core";
import { CalledProcessError, type CompletedProcess, runProcess } from "@anyio/subprocess";
import { caught } from "#support/caught";
import { skipOn } from "#support/runtimes";
import { bytes, text } from "./support/text.js";
import { watchProcessTable } from "./support/marked.js";

watchProcessTable();

function failed(fields: Partial<CompletedProcess>): CalledProcessError {
  const completed = { command: ["make", "all files"] as const, exitCode: 2, signalCode: null, outputTruncated: false };
  return new CalledProcessError({ ...completed, stdout: bytes("out"), stderr: bytes(""), ...fields });
}

describe("CalledProcessError", () => {
  it("has a name, a code, and what the process has left", () => {
    const error = failed({ stderr: bytes("err") });

    expect(error).toBeInstanceOf(AnyioError);
    expect([error.name, error.code]).toEqual(["CalledProcessError", "ERR_ANYIO_CALLED_PROCESS"]);
    expect(error).toMatchObject({
      command: ["make", "all files"],
      exitCode: 2,
      signalCode: null,
      outputTruncated: false,
    });
    expect([text(error.stdout), text(error.stderr)]).toEqual(["out", "err"]);
  });

  it("says the command, how it ended, and the end of its stderr", () => {
    expect(failed({ stderr: bytes("one\ntwo\n") }).message).toBe(
      "make 'all files' exited with code 2; the end of its stderr:\none\ntwo",
    );
    expect(failed({ exitCode: null, signalCode: "SIGSEGV" }).message).toBe("make 'all files' was killed by SIGSEGV");
  });

  it("shows the last lines only", () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `line ${i}`);

    const { message } = failed({ stderr: bytes(lines.join("\n")) });

    expect(message.split("\n")).toHaveLength(21);
    expect(message).toMatch(/stderr:\nline 980\n[^]*line 999$/);
  });

  it("cuts a line that is endless", () => {
    const { message } = failed({ stderr: bytes("x".repeat(1_000_000)) });

    expect(message.length).toBeLessThan(2_200);
    expect(message).toContain("…xxx");
  });

  it("cuts a command that is endless", () => {
    expect(failed({ command: ["echo", "x".repeat(100_000)] }).message.length).toBeLessThan(300);
  });

  it("is printed without pages of bytes", () => {
    expect(inspect(failed({ stdout: new Uint8Array(10_000) }))).not.toContain("0, 0");
  });

  it("comes with the stack of whoever called", async () => {
    skipOn("bun", "its stacks end where an async function of ours has awaited");
    const error = await caught(runProcess("exit 1"), CalledProcessError);

    expect(error.stack).toContain("called-process-error.test");
  });
});
