import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A folder for the sockets of a test file, gone after it. */
export function socketFolder(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), "anyio-net-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}
