import { isDebug } from "./debug.js";

/**
 * The memory of where tasks, scopes and operations began. Empty, and free of cost, while nobody wants to know. An error and no text: to make
 * a stack readable takes many times as long as to record it, and most are never read.
 */
const origins = new WeakMap<object, Error>();

/** How many want to know, debug mode aside. */
let tracers = 0;

/** Whether origins are recorded: in debug mode, and while somebody watches for leaks. */
export function isTraced(): boolean {
  return tracers > 0 || isDebug();
}

/** Has origins recorded until the returned function is called. */
export function trace(): () => void {
  tracers++;
  return () => void tracers--;
}

/** Notes the caller's stack as the place where `subject` began. */
export function recordOrigin(subject: object): void {
  origins.set(subject, new Error());
}

/** The stack noted for `subject`, or an empty string. */
export function originOf(subject: object): string {
  const frames = (origins.get(subject)?.stack ?? "").split("\n").slice(1);
  const foreign = frames.filter((frame) => !OWN_FRAME.test(frame));
  return (foreign.length > 0 ? foreign : frames).join("\n");
}

// A frame of this library, or of the runtime, tells the user nothing about where their operation began.
const OWN_FRAME = /[\\/](@anyio|packages)[\\/][\w-]+[\\/](src|dist)[\\/]|[( ](node|ext):/;
