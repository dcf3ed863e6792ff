/** A map by lists of values: the same list has the same length, and each value is the same as for a `Map`. */
export class ArgumentsMap<V> {
  #byLength: Branch<V>[] = [];

  get(args: readonly unknown[]): V | undefined {
    let branch = this.#byLength[args.length];
    for (const arg of args) branch = branch?.next?.get(arg);
    return branch?.value;
  }

  set(args: readonly unknown[], value: V): void {
    let branch = (this.#byLength[args.length] ??= new Branch());
    for (const arg of args) {
      branch.next ??= new Map();
      let following = branch.next.get(arg);
      if (following === undefined) branch.next.set(arg, (following = new Branch()));
      branch = following;
    }
    branch.value = value;
  }

  delete(args: readonly unknown[]): void {
    const path: Branch<V>[] = [];
    let branch = this.#byLength[args.length];
    for (const arg of args) {
      if (branch === undefined) return;
      path.push(branch);
      branch = branch.next?.get(arg);
    }
    if (branch !== undefined) branch.value = undefined;
    // Branches that bear nothing any more must not stay.
    for (let i = args.length - 1; i >= 0 && branch?.next === null; i--) {
      branch = path[i];
      branch?.next?.delete(args[i]);
      if (branch?.next?.size === 0) branch.next = null;
    }
  }

  clear(): void {
    this.#byLength = [];
  }
}

class Branch<V> {
  next: Map<unknown, Branch<V>> | null = null;
  value: V | undefined = undefined;
}
