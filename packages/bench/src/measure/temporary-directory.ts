import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes a directory for `use`, and removes it with all that is in it, whatever happens. */
export async function withTemporaryDirectory<T>(use: (path: string) => Promise<T>): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), "anyio-bench-"));
  try {
    return await use(path);
  } finally {
    await rm(path, { recursive: true });
  }
}
