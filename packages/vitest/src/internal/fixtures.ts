import { run } from "@anyio/core";
import { bindScope } from "@anyio/core/lowlevel";
import { Attempt } from "./attempt.js";
import { disguised } from "./disguised.js";
import { shared } from "./shared.js";
import { shown } from "./shown.js";

/** What has `extend` and `override`: vitest's `test`, and what those return. */
interface Extensible {
  fn?: Extensible;
  extend?: Method;
  override?: Method;
  scoped?: Method;
}

type Method = (this: object, ...args: unknown[]) => object;

/**
 * Makes every fixture that is defined with `test` from here on run in a scope of its own, which belongs to the attempt and
 * not to the hook or the test function that asked for the fixture first: it stays open until the fixture is torn down.
 */
export function scopeFixturesOf(test: object): void {
  const api = test as Extensible;
  for (const target of [api, api.fn]) {
    // The chain's `only`, `concurrent` and so on are made from `fn` when they are asked for.
    if (target === undefined || shared.patched.has(target)) continue;
    shared.patched.add(target);
    for (const name of ["extend", "override", "scoped"] as const) {
      const method = target[name];
      if (method !== undefined) target[name] = scoping(method);
    }
  }
}

function scoping(method: Method): Method {
  return function (this: object, ...args: unknown[]): object {
    const extended = method.apply(this, args.length === 1 ? [allScoped(args[0])] : builderScoped(args));
    scopeFixturesOf(extended);
    return extended;
  };
}

/** `extend({ name: fixture, other: [fixture, options] })`: each fixture calls `use`, and goes on when it is torn down. */
function allScoped(fixtures: unknown): unknown {
  return Object.fromEntries(
    Object.entries(fixtures as Record<string, unknown>).map(([name, given]) => {
      if (typeof given === "function") return [name, scoped(name, given as Fixture)];
      if (!Array.isArray(given) || typeof given[0] !== "function") return [name, given];
      return [name, [scoped(name, given[0] as Fixture), ...(given as unknown[]).slice(1)]];
    }),
  );
}

/** `extend(name, options?, fixture)`: the fixture returns its value, and says by `onCleanup` how it is torn down. */
function builderScoped(args: unknown[]): unknown[] {
  const fn = args.at(-1);
  return typeof fn === "function" ? [...args.slice(0, -1), scopedBuilder(String(args[0]), fn as Builder)] : args;
}

type Context = { readonly task?: object };
type Use = (value: unknown) => Promise<void>;
type Fixture = (context: Context, use: Use) => Promise<void>;
type Builder = (context: Context, helpers: Helpers) => unknown;
interface Helpers {
  readonly onCleanup: (fn: () => unknown) => void;
}

function scoped(name: string, fn: Fixture): Fixture {
  return disguised(fn, (context: Context, use: Use) => {
    const attempt = Attempt.of(context.task);
    if (attempt === undefined) return apart(`fixture ${name}`, () => fn(context, use));
    return attempt.hold(`fixture ${name}`, (isReady) => fn(context, (value) => isReady(use(value))));
  });
}

function scopedBuilder(name: string, fn: Builder): Builder {
  return disguised(fn, (context: Context, { onCleanup }: Helpers) => {
    const attempt = Attempt.of(context.task);
    const step = <T>(what: string, body: () => T | PromiseLike<T>): Promise<T> =>
      attempt ? attempt.enter(() => attempt.hook(what, body)) : apart(what, body);
    const cleanup = (undo: () => unknown): void => onCleanup(() => step(`cleanup of fixture ${name}`, undo));
    return step(`fixture ${name}`, () => fn(context, { onCleanup: cleanup }));
  });
}

const outside = bindScope(<T>(fn: () => T): T => fn());

/** Runs a fixture that outlives the test that asked for it first: of a file, or of the worker. */
async function apart<T>(name: string, fn: () => T | PromiseLike<T>): Promise<T> {
  try {
    return await outside(() => run(fn, { name, signals: [] }));
  } catch (error) {
    throw shown(error);
  }
}
