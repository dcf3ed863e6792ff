import { currentTime, sleep } from "@anyio/core";
import type { Backend } from "@anyio/core/lowlevel";
import { VirtualClock } from "@anyio/testing";
import type { TestClock } from "../test-clock.js";
import type { TestClockKind } from "./shared.js";

/** A clock, and what a run needs to stand on it. */
export interface AnyTestClock extends TestClock {
  readonly backend: Backend;
}

export function clockFor(kind: TestClockKind): AnyTestClock {
  return kind === "virtual" ? new VirtualTestClock() : REAL;
}

const REAL: AnyTestClock = {
  isVirtual: false,
  backend: {},
  now: currentTime,
  advance: sleep,
};

class VirtualTestClock implements AnyTestClock {
  readonly isVirtual = true;
  readonly backend: { readonly clock: VirtualClock } = { clock: new VirtualClock({ autojump: true }) };

  now(): number {
    return this.backend.clock.now();
  }

  advance(ms: number): Promise<void> {
    return this.backend.clock.advance(ms);
  }
}
