import { CancelScope, currentEffectiveDeadline, isCancelled } from "@anyio/core";
import { suspendForeign, suspendShielded, type Suspension } from "@anyio/core/lowlevel";

/** What there is to do when something is closed. */
export interface ClosingSteps {
  /** Is called at once: from here on nothing else is taken on. */
  begin(): void;
  /** What is done in an orderly way, while nobody who closes is cancelled; false where that was given up. */
  gracefully(): Promise<boolean>;
  /** What has to be done in any case. */
  finish(isGraceful: boolean): Promise<void>;
}

/**
 * One closing for all who close. The first begins it, the others wait for it, and the cancellation of any of them ends what
 * is graceful in it, for all.
 */
export class Closing {
  readonly #label: string;
  readonly #steps: ClosingSteps;
  readonly #grace = new CancelScope({ name: "close()" });
  #closing: Promise<void> | null = null;

  /** @param label what whoever closes once more waits for */
  constructor(label: string, steps: ClosingSteps) {
    this.#label = label;
    this.#steps = steps;
  }

  close(): Promise<void> {
    if (this.#closing !== null) return this.#join(this.#closing);
    this.#steps.begin();
    this.#closing = this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    let isGraceful = currentEffectiveDeadline() !== -Infinity;
    try {
      const done = await this.#grace.run(() => this.#steps.gracefully());
      isGraceful = done === true && !this.#grace.cancelCalled;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      isGraceful = false;
    } finally {
      await this.#steps.finish(isGraceful);
    }
  }

  async #join(closing: Promise<void>): Promise<void> {
    const untilClosed = (waiter: Suspension<void>): undefined => {
      const resume = (): void => void waiter.resume();
      closing.then(resume, resume);
    };
    try {
      await suspendForeign(this.#label, untilClosed);
    } catch (error) {
      if (!isCancelled(error)) throw error;
      this.#grace.cancel();
      await suspendShielded(this.#label, untilClosed);
    }
  }
}
