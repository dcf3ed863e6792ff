import { bindScope } from "@anyio/core/lowlevel";

/** Calls `fn` outside of every run: the tests themselves run in one. A module is loaded outside. */
export const outside: <T>(fn: () => T) => T = bindScope(<T>(fn: () => T): T => fn());
