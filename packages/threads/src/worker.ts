import { moduleExport } from "@anyio/core/lowlevel";
import type { AnyFunction } from "./callable.js";

/** The functions that a module exports, as references for `toThread.run`. */
export type WorkerModule<M> = { readonly [K in keyof M as M[K] extends AnyFunction ? K : never]: M[K] };

/**
 * A module whose functions are to run in threads. Its members are references to the module's exports, as the first argument of
 * `toThread.run` or `toProcess.run`; the module itself is not loaded here.
 *
 * The URL is that of the built module, `.js`; where only the `.ts` is there, as before a build, that one is taken. A bundler has to be told
 * to make a file of it.
 *
 * @typeParam M the module's type: `typeof import("./work.js")`
 * @throws {TypeError} when `module` is no URL
 * @example
 * const work = worker<{ double(n: number): number }>("data:text/javascript,export const double = (n) => 2 * n;");
 * await run(() => toThread.run(work.double, [21])); // => 42
 */
export function worker<M extends object>(module: string | URL): WorkerModule<M> {
  const known = new Map<string, AnyFunction>();
  checkModule(module);
  const url = String(module);
  const member = (name: string): AnyFunction => {
    let reference = known.get(name);
    if (reference === undefined) known.set(name, (reference = moduleExport(url, name)));
    return reference;
  };
  return new Proxy({}, { get: (_, name) => (isExport(name) ? member(name) : undefined) }) as WorkerModule<M>;
}

/** @throws {TypeError} when it is no URL */
function checkModule(module: string | URL): void {
  moduleExport(module, "default");
}

// An object with such a member would be awaited as a promise.
function isExport(name: string | symbol): name is string {
  return typeof name === "string" && name !== "then";
}
