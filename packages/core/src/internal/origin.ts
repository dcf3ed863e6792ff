import { isDebug } from "./debug.js";

/** The memory of where tasks, scopes and operations began. Empty, and free of cost, while nobody wants to know. */
const origins = new WeakMap<object, string>();

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
  const frames = (new Error().stack ?? "").split("\n").slice(1);
  const foreign = frames.filter((frame) => !OWN_FRAME.test(frame));
  origins.set(subject, (foreign.length > 0 ? foreign : frames).join("\n"));
}

/** The stack noted for `subject`, or an empty string. */
export function originOf(subject: object): string {
  return origins.get(subject) ?? "";
}

// A frame of this library tells the user nothing about where their operation began.
const OWN_FRAME = /[\\/](@anyio|packages)[\\/][\w-]+[\\/](src|dist)[\\/]/;
