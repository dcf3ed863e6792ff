import { run } from "@anyio/core";
import { VirtualClock } from "@anyio/testing";

/** Runs `main` on a clock that jumps. */
export function virtually<T>(main: (clock: VirtualClock) => T | PromiseLike<T>): Promise<T> {
  const clock = new VirtualClock({ autojump: true });
  return run(() => main(clock), { name: "test", signals: [], backend: { clock } });
}
