/** What a lock, a semaphore or a limiter has to do, in the plainest of words. Users are numbers. */
export class PermitModel {
  readonly queue: number[] = [];
  readonly holders: number[] = [];
  readonly granted = new Set<number>();
  readonly cancelled = new Set<number>();
  /** Those whose permit was given back by somebody else's `release()`. */
  readonly #owing = new Set<number>();

  constructor(public total: number) {}

  get free(): number {
    return this.total - this.holders.length;
  }

  acquire(user: number): void {
    this.queue.push(user);
    this.grant();
  }

  cancel(user: number): void {
    if (!this.queue.includes(user)) return;
    remove(this.queue, user);
    this.cancelled.add(user);
  }

  /** A lease is disposed of. */
  giveBack(user: number): void {
    if (this.holders.includes(user)) remove(this.holders, user);
    else if (this.#owing.delete(user)) this.#repay();
    this.grant();
  }

  /** `release()` of a semaphore. */
  release(): void {
    if (!this.#repay()) this.total++;
    this.grant();
  }

  grant(): void {
    while (this.free > 0) {
      const user = this.queue.shift();
      if (user === undefined) return;
      this.holders.push(user);
      this.granted.add(user);
    }
  }

  #repay(): boolean {
    const oldest = this.holders.shift();
    if (oldest !== undefined) this.#owing.add(oldest);
    return oldest !== undefined;
  }
}

export function remove(list: number[], item: number): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}
