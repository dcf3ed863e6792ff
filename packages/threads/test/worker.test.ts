import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { moduleExportOf } from "@anyio/core/lowlevel";
import { toThread, worker } from "@anyio/threads";
import { errorOf } from "#support/caught";
import { skipOn } from "#support/runtimes";
import { inProgram } from "./support/program.js";
import { MODULE, work } from "./support/work.js";

describe("worker", () => {
  it("has references to a module's exports for members, each always the same", () => {
    expect(moduleExportOf(work.add)).toEqual({ module: String(MODULE), name: "add" });
    expect(work.add).toBe(work.add);
    expect(() => work.add(1, 2)).toThrow(/"add" of file:.* is a reference/);
  });

  it("is no promise", async () => {
    expect(await Promise.resolve(work)).toBe(work);
    expect(Reflect.get(work, Symbol.iterator)).toBeUndefined();
  });

  it.each(["./work.js", "", undefined, 1])("refuses %j for a URL", (module) => {
    expect(() => worker(module as string)).toThrow(TypeError);
  });

  it("takes the .ts where there is no .js yet", async () => {
    skipOn("node20", "it runs no TypeScript");
    await inDirectory({ "double.ts": "export const double = (n: number): number => 2 * n;" }, async (directory) => {
      const { double } = worker<{ double(n: number): number }>(new URL("double.js", directory));

      expect(await inProgram(() => toThread.run(double, [21]))).toBe(42);
    });
  });

  it("takes the .js where there are both, and tells of what a module itself does not find", async () => {
    const files = {
      "both.mjs": "export const which = () => 'js';",
      "both.mts": "export const which = (): string => 'ts';",
      "wrong.mjs": "import './missing.mjs'; export const which = () => 'js';",
      "wrong.mts": "export const which = (): string => 'ts';",
    };
    await inDirectory(files, async (directory) => {
      const both = worker<{ which: () => string }>(new URL("both.mjs", directory));
      const wrong = worker<{ which: () => string }>(new URL("wrong.mjs", directory));

      expect(await inProgram(() => toThread.run(both.which))).toBe("js");
      const error = await errorOf(inProgram(() => toThread.run(wrong.which)));
      expect(String(error)).toMatch(/missing\.mjs/);
    });
  });
});

async function inDirectory(files: Record<string, string>, fn: (directory: URL) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "anyio-threads-"));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
    await fn(pathToFileURL(`${directory}/`));
  } finally {
    await rm(directory, { recursive: true });
  }
}
