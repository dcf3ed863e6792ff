/** Debug mode's memory of where tasks, scopes and operations began. Empty, and free of cost, outside debug mode. */
const origins = new WeakMap<object, string>();

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
