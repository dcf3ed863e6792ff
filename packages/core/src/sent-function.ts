import { moduleExport, moduleExportOf } from "./module-export.js";

/** A function as it is sent: where it is exported, or what it says. */
export type SentFunction = { readonly module: string; readonly name: string } | { readonly text: string };

type AnyFunction = (...args: unknown[]) => unknown;

/**
 * What is sent of a function to a worker: where it is exported, or its text.
 *
 * @param fn a function, a stand-in made by `moduleExport`, or `{ module, name }`
 * @throws {TypeError} when it can be sent as neither: it is native, bound, a method or a class
 * @example
 * sendFunction({ module: "file:///app/math.js", name: "add" }); // => { module: "file:///app/math.js", name: "add" }
 */
export function sendFunction(fn: unknown): SentFunction {
  const reference = moduleExportOf(fn) ?? moduleExportOf(named(fn));
  if (reference !== undefined) return reference;
  if (typeof fn !== "function") throw new TypeError(`fn must be a function or { module, name }, not ${show(fn)}`);
  let form = forms.get(fn);
  if (form === undefined) forms.set(fn, (form = formOf(Function.prototype.toString.call(fn))));
  return form;
}

/**
 * Finds the function that was sent, in the worker: at once where it has been asked for before, for nothing is loaded then.
 *
 * A function that was sent as text throws a `ReferenceError` that says what to do, where it uses what it does not bring along.
 *
 * @returns the function, or a promise of it, which rejects with a `TypeError` where there is no such export
 */
export function receiveFunction(sent: SentFunction): AnyFunction | Promise<AnyFunction> {
  if ("text" in sent) return received.get(sent.text) ?? remember(received, sent.text, evaluate(sent.text));
  const key = `${sent.module} ${sent.name}`;
  return received.get(key) ?? load(sent).then((found) => remember(received, key, found));
}

/** The reference that `{ module, name }` is short for. */
function named(fn: unknown): unknown {
  if (typeof fn !== "object" || fn === null || !("module" in fn) || !("name" in fn)) return undefined;
  return moduleExport(fn.module as string, fn.name as string);
}

/** A function that is written where it is used is a new one each time, with the same text. */
function formOf(text: string): SentFunction {
  return formsOfTexts.get(text) ?? remember(formsOfTexts, text, { text: checkText(text) });
}

function checkText(text: string): string {
  const kind = kindOf(text);
  if (kind === undefined) return text;
  throw new TypeError(
    `fn is ${kind}, which cannot be sent as text; write a function that needs nothing from outside, or name an export of a module`,
  );
}

function kindOf(text: string): string | undefined {
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) return "a native or a bound function";
  if (/^class\b/.test(text)) return "a class";
  return isExpression(text) ? undefined : "a method";
}

function isExpression(text: string): boolean {
  try {
    // oxlint-disable-next-line no-new, typescript/no-implied-eval -- it is parsed, and not run
    new Function(`"use strict";(${text})`);
    return true;
  } catch (error) {
    // Where a policy forbids this the worker will tell.
    return !(error instanceof SyntaxError);
  }
}

function evaluate(text: string): AnyFunction {
  // Compilers put calls of `__name` into what they compile, to keep the names of functions.
  // oxlint-disable-next-line no-eval -- what a worker is for; the text is the caller's own function
  const bring = (0, eval)(`"use strict";(__name)=>(${text})`) as (keepName: <F>(fn: F) => F) => AnyFunction;
  const fn = bring((fn) => fn);
  return (...args) => {
    try {
      const result = fn(...args);
      return result instanceof Promise ? result.catch(explain) : result;
    } catch (error) {
      return explain(error);
    }
  };
}

/** Throws the error on; one about a name that is not known there says why. */
function explain(error: unknown): never {
  const name = error instanceof ReferenceError ? missingName(error.message) : undefined;
  if (name === undefined || name in globalThis) throw error;
  const { message } = error as ReferenceError;
  throw new ReferenceError(
    `${message}: the function was sent to a worker as text, and "${name}" was left behind; ` +
      "pass it as an argument, or export the function from a module of its own",
    { cause: error },
  );
}

function missingName(message: string): string | undefined {
  // As V8 and JavaScriptCore put it.
  return (/^(\S+) is not defined/.exec(message) ?? /^Can't find variable: (\S+)/.exec(message))?.[1];
}

async function load({ module, name }: { module: string; name: string }): Promise<AnyFunction> {
  const exports = await importModule(module);
  const found = exports[name];
  if (typeof found === "function") return found as AnyFunction;
  const what = name in exports ? `is no function but ${typeof found}` : `does not exist; it has ${list(exports)}`;
  throw new TypeError(`the export "${name}" of ${module} ${what}`);
}

/** A module that is called `.js` may be `.ts` still: what is written for after the build works before it too. */
async function importModule(module: string): Promise<Record<string, unknown>> {
  const source = module.replace(/\.([cm]?)js$/, ".$1ts");
  try {
    return (await import(module)) as Record<string, unknown>;
  } catch (error) {
    if (source === module || !isMissing(error, module)) throw error;
    try {
      return (await import(source)) as Record<string, unknown>;
    } catch (second) {
      throw isMissing(second, source) ? error : second;
    }
  }
}

/** Whether it is this very module that does not exist, and not one that it imports. */
function isMissing(error: unknown, module: string): boolean {
  const { message } = (error ?? {}) as { message?: unknown };
  const path = decoded(module.replace(/^file:\/\//, ""));
  return typeof message === "string" && /not find|not found/i.test(message) && firstPath(message).endsWith(path);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The first thing that a message quotes: what was not found, before by whom it was asked for. */
function firstPath(message: string): string {
  return /["']([^"']+)["']/.exec(message)?.[1] ?? "";
}

/** Programs may make ever new functions, so all is forgotten once it is a lot; it is found again at the price of the first time. */
function remember<T>(known: Map<string, T>, key: string, value: T): T {
  if (known.size === MOST) known.clear();
  known.set(key, value);
  return value;
}

function list(exports: object): string {
  return Object.keys(exports).join(", ") || "none";
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object" && value !== null) return `an object of class ${value.constructor?.name ?? "null"}`;
  return String(value);
}

const forms = new WeakMap<object, SentFunction>();
const formsOfTexts = new Map<string, SentFunction>();
const received = new Map<string, AnyFunction>();
const MOST = 1_000;
