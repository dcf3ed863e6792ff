import process from "node:process";
import type { SignalName } from "@anyio/core";
import { claimSignal } from "@anyio/core/lowlevel";

/** Is told of a signal. */
export type Subscriber = (name: SignalName) => void;

interface Listening {
  readonly subscribers: Set<Subscriber>;
  readonly listener: () => void;
  readonly release: () => void;
}

/** One listener for each signal, however many receivers it has: with more than ten the process would warn of a leak. */
const listening = new Map<SignalName, Listening>();

/** Has `subscriber` told of each of these signals; where one cannot be listened for, of none. */
export function subscribe(names: readonly SignalName[], subscriber: Subscriber): void {
  const done: SignalName[] = [];
  try {
    for (const name of names) {
      (listening.get(name) ?? listen(name)).subscribers.add(subscriber);
      done.push(name);
    }
  } catch (cause) {
    unsubscribe(done, subscriber);
    throw new TypeError(`names must be signals that can be received here: ${String(cause)}`, { cause });
  }
}

/** Ends that. With its last subscriber a signal has its default action again, and `run()` may handle it. */
export function unsubscribe(names: readonly SignalName[], subscriber: Subscriber): void {
  for (const name of names) {
    const entry = listening.get(name);
    if (entry === undefined) continue;
    entry.subscribers.delete(subscriber);
    if (entry.subscribers.size > 0) continue;
    listening.delete(name);
    process.off(name, entry.listener);
    entry.release();
  }
}

function listen(name: SignalName): Listening {
  const subscribers = new Set<Subscriber>();
  // A copy: whoever is told may close a receiver, or open another one, which gets no signal from before.
  const listener = (): void =>
    [...subscribers].forEach((subscriber) => subscribers.has(subscriber) && subscriber(name));
  process.on(name, listener);
  const entry: Listening = { subscribers, listener, release: claimSignal(name) };
  listening.set(name, entry);
  return entry;
}
