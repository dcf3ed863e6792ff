import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { publishedPackages } from "../../scripts/lib/workspace.mjs";

const ORDER =
  /^# (?<title>.*)\n\n(?<opening>[^`]*(?:`[^`\n]+`[^`]*)*)\n\n```sh\nnpm install (?<install>.*)\n```\n\n```[tj]s\n/;

describe.each(publishedPackages())("the README of $manifest.name", ({ dir, manifest }) => {
  const text = readFileSync(join(dir, "README.md"), "utf8");

  it("begins with the words of the door, how to install it, and an example", () => {
    const { title, opening, install = "" } = ORDER.exec(text)?.groups ?? {};

    expect(title).toBe(manifest.name);
    expect(opening).toBe(headerOf(join(dir, "src/index.ts")));
    expect(install.split(" ")).toContain(manifest.name);
  });

  it("installs whatever its programs import", () => {
    const installed = ORDER.exec(text)?.groups?.["install"]?.split(" ") ?? [];
    // What is for tests comes to a program that has what it tests.
    if (installed.includes("--save-dev")) return;

    const imported = blocksOf(text).flatMap((code) => [...code.matchAll(/ from "((?:@anyio\/)?[\w-]+)/g)]);
    const ours = new Set(imported.map(([, name = ""]) => name).filter((name) => name.includes("anyio")));
    expect(installed.toSorted()).toEqual([...ours.add(manifest.name)].toSorted());
  });
});

/** The first comment of a door, without its stars. */
function headerOf(file: string): string {
  const [comment = ""] = /^\/\*\*\n.*?^ \*\/$/ms.exec(readFileSync(file, "utf8")) ?? [];
  return comment
    .split("\n")
    .slice(1, -1)
    .map((line) => line.replace(/^ \* ?/, ""))
    .join("\n");
}

function blocksOf(text: string): string[] {
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
}
