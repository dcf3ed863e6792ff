import { InvalidStateError } from "./errors.js";
import { ambient } from "./internal/realm.js";

/**
 * One value per `run()`, shared by the runs nested in it: for what there is to be one of in a program, such as a pool. Outside `run()` there is one
 * more value, for the process.
 *
 * @example
 * const level = new RunVar("level", { default: "info" });
 * await run(() => {
 *   level.set("debug");
 *   return level.get();
 * }); // => "debug"
 * level.get(); // => "info"
 * @see anyio.lowlevel.RunVar
 */
export class RunVar<T> {
  readonly #name: string;
  readonly #default: { readonly value: T } | undefined;

  /**
   * @param name for error messages
   * @param options `default`: what `get()` returns before anything was set
   */
  constructor(name: string, options?: { default?: T }) {
    this.#name = name;
    if (options !== undefined && "default" in options) this.#default = { value: options.default };
  }

  /**
   * The value of this run.
   *
   * @throws {InvalidStateError} when nothing was set and there is no default
   */
  get(): T {
    const { vars } = ambient().task.run;
    if (vars?.has(this)) return vars.get(this) as T;
    if (this.#default !== undefined) return this.#default.value;
    throw new InvalidStateError(`run variable "${this.#name}" has no value here; set() it first, or give it a default`);
  }

  /** Sets the value for this run, and for those that are nested in it or that it is nested in. */
  set(value: T): void {
    const { run } = ambient().task;
    run.vars ??= new Map();
    run.vars.set(this, value);
  }
}
