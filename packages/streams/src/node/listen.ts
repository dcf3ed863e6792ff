/** The name of an event. */
export type EventName = string | symbol;

/** Whatever emits events: Node.js's emitters, what looks like them, and event targets. */
export type EventSource = EmitterLike | TargetLike;

/** What looks like an emitter of Node.js's. */
interface EmitterLike {
  on(name: string, listener: AnyListener): unknown;
  off(name: string, listener: AnyListener): unknown;
}

/** What looks like an event target. */
interface TargetLike {
  addEventListener(name: string, listener: AnyListener): unknown;
  removeEventListener(name: string, listener: AnyListener): unknown;
}

/** The arguments of an emitter's events, by name, where its type tells them. */
export type EventArguments<M> = Record<keyof M, unknown[]>;

/** @throws {TypeError} when `source` emits no events */
export function checkEventSource(source: EventSource): void {
  const members = source as unknown as Partial<Record<string, unknown>> | null | undefined;
  const has = (...methods: string[]): boolean => methods.every((method) => typeof members?.[method] === "function");
  if (has("on", "off") || has("addEventListener", "removeEventListener")) return;
  throw new TypeError(`emitter must be an EventEmitter or an EventTarget, not ${typeof source}`);
}

/** Whether an "error" event is a failure: an event target has no such rule. */
export function failsByError(source: EventSource): boolean {
  return "on" in source;
}

export function listen(source: EventSource, name: EventName, listener: AnyListener): void {
  if ("on" in source) source.on(name as string, listener);
  else source.addEventListener(name as string, listener);
}

export function unlisten(source: EventSource, name: EventName, listener: AnyListener): void {
  if ("on" in source) source.off(name as string, listener);
  else source.removeEventListener(name as string, listener);
}

// oxlint-disable-next-line typescript/no-explicit-any -- nothing else takes all the ways in which emitters declare theirs
type AnyListener = (...args: any[]) => void;
