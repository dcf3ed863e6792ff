import { BrokenResourceError } from "@anyio/core";
import { bindScope, suspendShielded } from "@anyio/core/lowlevel";
import type { ByteStream } from "@anyio/streams";
import type { TLSSocket } from "node:tls";
import { Feed } from "./feed.js";
import { beginHandshake } from "./handshake.js";
import { ENDED } from "./take-socket.js";
import type { TLSPlan } from "./tls-options.js";
import { Wire } from "./wire.js";

/** Node's TLS over a stream, once hands are shaken. */
export interface Link {
  readonly stream: ByteStream;
  readonly wire: Wire;
  readonly feed: Feed;
  readonly socket: TLSSocket;
}

type Outcome<T> = { readonly made: T } | { readonly failure: BrokenResourceError };

/**
 * Shakes hands over a stream.
 *
 * @param start makes what the caller wants of it, in the very moment: what TLS tells from then on is told to that
 * @throws {BrokenResourceError} when the handshake fails
 */
export async function shakeHands<T>(stream: ByteStream, plan: TLSPlan, start: (link: Link) => T): Promise<T> {
  const wire = new Wire(stream);
  const feed = new Feed(stream, wire);
  const shaking: { outcome: Outcome<T> | null } = { outcome: null };
  const settle = (outcome: Outcome<T>): void => {
    shaking.outcome ??= outcome;
    feed.interrupt();
  };
  const abort = beginHandshake(wire, plan, {
    onSecure: bindScope((socket: TLSSocket): void => settle({ made: start({ stream, wire, feed, socket }) })),
    onFailure: (failure) => settle({ failure }),
  });
  try {
    await untilStarted();
    while (shaking.outcome === null) await advance(feed, settle);
    if ("failure" in shaking.outcome) throw shaking.outcome.failure;
    return shaking.outcome.made;
  } catch (error) {
    abort();
    throw error;
  }
}

async function advance(feed: Feed, settle: (outcome: { failure: BrokenResourceError }) => void): Promise<void> {
  if (feed.isAtEnd) {
    // Too soon: Node says so, in its own words.
    await feed.cutOff();
    settle({ failure: new BrokenResourceError(ENDED) });
    return;
  }
  try {
    await feed.pull();
  } catch (error) {
    if (!(error instanceof BrokenResourceError)) throw error;
    settle({ failure: error });
  }
}

/** Deno begins a turn later, and fails, uncaught, where the socket is destroyed by then. */
function untilStarted(): Promise<void> {
  if (!("Deno" in globalThis)) return Promise.resolve();
  return suspendShielded<void>("TLS to begin", (waiter) => void setImmediate(() => waiter.resume()));
}
