import { bindScope } from "@anyio/core/lowlevel";

/** Calls `fn` outside of every run, task and scope, where a module's code is. A test is in a scope of its own. */
export const outside: <T>(fn: () => T) => T = bindScope((fn) => fn());
