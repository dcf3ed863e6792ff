import { BlockList } from "node:net";
import { onTestFinished } from "vitest";

/**
 * Has this thread be unable to read any `BlockList` that it is sent, until the test has finished: something that arrives, and cannot be made
 * again. Node.js says that by a `messageerror`.
 */
export function refuseBlockLists(): void {
  const prototype = BlockList.prototype as unknown as Record<symbol, unknown>;
  const key = Object.getOwnPropertySymbols(prototype).find((key) => key.description === "messaging_deserialize_symbol");
  if (key === undefined) throw new Error("this runtime reads a BlockList in another way");
  const read = prototype[key];
  prototype[key] = () => {
    throw new RangeError("it cannot be read");
  };
  onTestFinished(() => void (prototype[key] = read));
}

/** Makes one, in whatever thread. */
export function blockList(): BlockList {
  return new (process.getBuiltinModule("node:net").BlockList)();
}
