import * as fc from "fast-check";

/**
 * Checks a property with random inputs. A failure names the input: with `ANYIO_SEED` set to that name, in the form `seed` or
 * `seed:path`, the same test runs it again. `ANYIO_RUNS` sets another number of runs.
 */
export async function check<T>(property: fc.IAsyncProperty<T>, runs: number): Promise<void> {
  const [seed, ...path] = (process.env["ANYIO_SEED"] ?? "").split(":");
  const details = await fc.check(property, {
    numRuns: Number(process.env["ANYIO_RUNS"] ?? runs),
    ...(seed ? { seed: Number(seed) } : {}),
    ...(path.length > 0 ? { path: path.join(":") } : {}),
  });
  if (!details.failed) return;
  const name = `${details.seed}:${details.counterexamplePath}`;
  throw new Error(
    `failed after ${details.numRuns} runs; set ANYIO_SEED=${name} to replay it.\n` +
      `Shrunk ${details.numShrinks} times to ${fc.stringify(details.counterexample)}`,
    { cause: details.errorInstance },
  );
}
