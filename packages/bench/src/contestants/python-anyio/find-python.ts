import { spawnSync } from "node:child_process";

/** A Python that has AnyIO: the one on the path, or the system's. */
export function findPython(): string | undefined {
  found ??= { name: ["python3", "/usr/bin/python3"].find(hasAnyio) };
  return found.name;
}

/** Why `python-anyio` is left out here, if it is. */
export function whyNoPython(): { readonly "python-anyio"?: string } {
  return findPython() === undefined ? { "python-anyio": "no Python with AnyIO here; Debian's is python3-anyio" } : {};
}

/** To ask takes some tenths of a second. */
let found: { readonly name: string | undefined } | undefined;

function hasAnyio(name: string): boolean {
  return spawnSync(name, ["-c", "import anyio"]).status === 0;
}
