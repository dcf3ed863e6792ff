import { CancelScope } from "@anyio/core";
import type { Bell } from "./bell.js";
import type { Answer, Ask, MessagePort, Outcome } from "./messages.js";
import { sendError, sendValue } from "./outcome.js";

/** The side of the one who serves a thread: the answers to what it asks. */
export class Answers {
  /** Told when there is no ask any more without an answer. */
  onIdle: () => void = () => {};
  readonly #scopes = new Map<number, CancelScope>();

  /**
   * @param bell what wakes the thread while it is blocked
   * @param port where the thread listens
   * @param forBlocked where it looks while it is blocked
   */
  constructor(
    readonly bell: Bell,
    readonly port: MessagePort,
    readonly forBlocked: MessagePort,
  ) {}

  /** Whether there are asks without an answer. */
  get isBusy(): boolean {
    return this.#scopes.size > 0;
  }

  /**
   * Serves an ask: calls `fn` in a scope of its own, and sends what becomes of it.
   *
   * @param name what errors and task dumps call it
   * @param begin calls what it is given where it belongs
   */
  serve(ask: Ask, name: string, fn: () => unknown, begin: (body: () => Promise<void>) => unknown): void {
    const scope = new CancelScope({ name });
    this.#scopes.set(ask.id, scope);
    begin(async () => {
      try {
        const value = await scope.run(fn);
        if (scope.cancelledCaught) throw scope.signal.reason;
        this.#send(ask, value, sendValue);
      } catch (error) {
        this.fail(ask, error);
      } finally {
        this.#scopes.delete(ask.id);
        if (!this.isBusy) this.onIdle();
      }
    });
  }

  /** Sends that an ask has failed. */
  fail(ask: Ask, error: unknown): void {
    this.#send(ask, error, sendError);
  }

  /** Cancels what was asked for, as the one who asked wants it. */
  withdraw(id: number): void {
    this.#scopes.get(id)?.cancel("whoever called from a thread was cancelled");
  }

  /** Cancels all that was asked for. */
  cancel(reason: string): void {
    for (const scope of this.#scopes.values()) scope.cancel(reason);
  }

  #send(
    { id, isBlocked }: Ask,
    what: unknown,
    send: (port: MessagePort, what: unknown, wrap: (outcome: Outcome) => Answer) => void,
  ): void {
    // Whoever asked has been told of the end.
    if (this.bell.isClosed) return;
    send(isBlocked ? this.forBlocked : this.port, what, (outcome) => ({ type: "answer", id, outcome }));
    if (isBlocked) this.bell.wake();
  }
}
