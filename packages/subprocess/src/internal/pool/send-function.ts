import { moduleExport, moduleExportOf } from "@anyio/core/lowlevel";
import { show } from "../show.js";
import type { SentFunction } from "./messages.js";

/**
 * What is sent of a function: where it is exported, or its text.
 *
 * @throws {TypeError} when it can be sent as neither
 */
export function sentForm(fn: unknown): SentFunction {
  const reference = moduleExportOf(fn) ?? moduleExportOf(named(fn));
  if (reference !== undefined) return reference;
  if (typeof fn !== "function") throw new TypeError(`fn must be a function or { module, name }, not ${show(fn)}`);
  let form = forms.get(fn);
  if (form === undefined) forms.set(fn, (form = { text: textOf(fn) }));
  return form;
}

/** The reference that `{ module, name }` is short for. */
function named(fn: unknown): unknown {
  if (typeof fn !== "object" || fn === null || !("module" in fn) || !("name" in fn)) return undefined;
  return moduleExport(fn.module as string, fn.name as string);
}

function textOf(fn: object): string {
  const text = Function.prototype.toString.call(fn);
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

const forms = new WeakMap<object, SentFunction>();
