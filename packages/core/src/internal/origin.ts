import { isDebug } from "./debug.js";
import type { ScopeNode } from "./scope-tree.js";
import { tracing } from "./tracing.js";

/** Whether origins are recorded anywhere: in debug mode, and where there is a witness. */
export function isTracing(): boolean {
  return tracing.watches.size > 0 || isDebug();
}

/** Whether the origins of what begins in a scope are recorded. */
export function isTraced({ watch }: ScopeNode): boolean {
  return (watch !== null && watch.witness !== null) || isDebug();
}

// On the subject itself: a WeakMap of many takes a collector's time by the square. Not declared, for it is there only while it is wanted.
const ORIGIN = Symbol.for("@anyio/core/v1/origin");

interface Subject {
  /** An error and no text: to make a stack readable takes many times as long as to record it, and most are never read. */
  [ORIGIN]?: Error;
}

/** Notes the caller's stack as the place where `subject` began. */
export function recordOrigin(subject: object): void {
  const { stackTraceLimit } = Error;
  // Test frameworks ask for a hundred, which take as many times as long.
  Error.stackTraceLimit = FRAMES;
  (subject as Subject)[ORIGIN] = new Error();
  Error.stackTraceLimit = stackTraceLimit;
}

/** The stack noted for `subject`, or an empty string. */
export function originOf(subject: object): string {
  const frames = framesOf(subject);
  const foreign = frames.filter(isForeign);
  return (foreign.length > 0 ? foreign : frames).join("\n");
}

/**
 * The same for what began in a scope after a wait, where the stack has none of the user's frames left: then those of the innermost scope
 * around it that has some, that of the operation as a rule.
 */
export function originIn(start: ScopeNode, subject: object): string {
  if (framesOf(subject).some(isForeign)) return originOf(subject);
  let scope = start;
  while (scope.parent !== scope && !framesOf(scope).some(isForeign)) scope = scope.parent;
  return originOf(scope.parent === scope ? subject : scope);
}

function framesOf(subject: object): string[] {
  return ((subject as Subject)[ORIGIN]?.stack ?? "").split("\n").slice(1);
}

function isForeign(frame: string): boolean {
  return !OWN_FRAME.test(frame);
}

/** How many are recorded: those of this library, and enough of the user's. */
const FRAMES = 20;

// A frame of this library, or of the runtime, tells the user nothing about where their operation began.
const OWN_FRAME = /[\\/](@anyio|packages)[\\/][\w-]+[\\/](src|dist)[\\/]|[( ](node|ext):/;
