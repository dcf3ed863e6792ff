import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { root } from "../../scripts/lib/run.mjs";

const interrupted = join(import.meta.dirname, "fixtures/interrupted.mjs");

describe("require-node.cjs", () => {
  it.each(["0.12.18", "18.20.0", "20.18.3"])("refuses Node %s in one line", async (version) => {
    const end = await runProgram(asNode(version));

    const line = `AnyIO for TypeScript needs Node.js 20.19 or newer; this is v${version}.\n`;
    expect(end).toEqual({ code: 1, signal: null, stdout: "", stderr: line });
  });

  it.each(["20.19.0", "22.0.0", "26.1.0"])("lets Node %s pass", async (version) => {
    expect(await runProgram(asNode(version))).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
  });
});

describe("standIn", () => {
  it("ends with the program's exit code", async () => {
    const { code, signal } = await runProgram(standingInFor("-e", "process.exit(3)"));

    expect({ code, signal }).toEqual({ code: 3, signal: null });
  });

  it("dies by the signal that the program dies by", async () => {
    const { code, signal } = await runProgram(standingInFor("-e", "process.kill(process.pid, 'SIGTERM')"));

    expect({ code, signal }).toEqual({ code: null, signal: "SIGTERM" });
  });

  it("makes one SIGINT of those that come together, and dies by it", async () => {
    const program = start(standingInFor(interrupted));
    const end = outcome(program);
    await firstOutput(program);

    program.kill("SIGINT");
    program.kill("SIGINT");

    expect(await end).toEqual({ code: null, signal: "SIGINT", stdout: "ready\ninterrupted 1 time(s)\n", stderr: "" });
  });
});

describe("the lockfiles", () => {
  it.each(["pnpm-lock.yaml", "packages/runtimes/pnpm-lock.yaml"])("%s name no address", (file) => {
    expect(readFileSync(join(root, file), "utf8")).not.toMatch(/https?:|tarball:/);
  });
});

describe("package.json", () => {
  it("has one opinion about pnpm's version", () => {
    const { packageManager, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      packageManager: string;
      devDependencies: Record<string, string>;
    };

    expect(packageManager).toBe(`pnpm@${devDependencies["pnpm"]}`);
  });
});

/** A program that takes itself for another Node, and loads the guard. */
function asNode(version: string): string[] {
  const guard = JSON.stringify(join(root, "scripts/require-node.cjs"));
  const pretend = `
    Object.defineProperty(process, "version", { value: "v${version}" });
    Object.defineProperty(process, "versions", { value: { node: "${version}" } });`;
  return ["-e", `${pretend} require(${guard});`];
}

function standingInFor(...args: string[]): string[] {
  const module = pathToFileURL(join(root, "scripts/lib/stand-in.mjs")).href;
  const code = `import { standIn } from "${module}"; standIn(process.execPath, ${JSON.stringify(args)});`;
  return ["--input-type=module", "-e", code];
}

function start(args: string[]): ChildProcess {
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
}

async function runProgram(args: string[]) {
  return outcome(start(args));
}

async function outcome(child: ChildProcess) {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk) => (stdout += String(chunk)));
  child.stderr?.on("data", (chunk) => (stderr += String(chunk)));
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout, stderr };
}

async function firstOutput(child: ChildProcess): Promise<void> {
  if (child.stdout) await once(child.stdout, "data");
}
