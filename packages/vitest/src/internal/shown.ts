import { inspect } from "node:util";
import { ExceptionGroup } from "@anyio/core";

/**
 * What vitest is given to show. It takes an aggregate apart and forgets how its errors belong together, so a group goes as
 * one error whose message is the tree.
 */
export function shown(error: unknown): unknown {
  return error instanceof ExceptionGroup ? new GroupFailure(error) : error;
}

class GroupFailure extends Error {
  static {
    Object.defineProperty(this.prototype, "name", { value: "ExceptionGroup", writable: true, configurable: true });
  }

  constructor(group: ExceptionGroup) {
    const tree = inspect(group).replace(`${group.name}: `, "");
    super(tree, { cause: group.cause });
    const frames = (group.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
    this.stack = [`${this.name}: ${tree}`, ...frames].join("\n");
  }
}
