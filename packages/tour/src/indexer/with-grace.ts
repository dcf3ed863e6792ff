import { currentSignal, currentTime, failAfter } from "@anyio/core";

/**
 * Calls a function that may take as long as it needs while nobody cancels; from a cancellation on, or when there was one
 * before, it has a few ms left.
 *
 * @throws {TimeoutError} when they were not enough
 */
export async function withGrace(ms: number, fn: () => Promise<void>): Promise<void> {
  const signal = currentSignal();
  await failAfter(
    null,
    async (scope) => {
      const hurry = (): void => {
        scope.deadline = currentTime() + ms;
      };
      if (signal.aborted) hurry();
      signal.addEventListener("abort", hurry);
      try {
        await fn();
      } finally {
        signal.removeEventListener("abort", hurry);
      }
    },
    { shield: true, reason: "writing the index" },
  );
}
