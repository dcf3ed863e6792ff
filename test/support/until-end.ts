import { type Closable, forceClose } from "@anyio/core";
import { onTestFinished } from "vitest";

/** Closes what a test has opened once the test is over, however far it got, and without waiting for anybody. */
export function untilEnd<T extends Closable>(resource: T): T {
  onTestFinished(() => forceClose(resource));
  return resource;
}
