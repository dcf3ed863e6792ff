import { spawnSync } from "node:child_process";

/** A Python that has AnyIO: the one on the path, or the system's. */
export function findPython(): string | undefined {
  return ["python3", "/usr/bin/python3"].find((name) => spawnSync(name, ["-c", "import anyio"]).status === 0);
}
