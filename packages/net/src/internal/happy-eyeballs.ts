import { type Closable, forceClose, isCancelled, moveOnAfter } from "@anyio/core";
import { Event } from "@anyio/sync";
import { withTaskGroup } from "@anyio/task-groups";
import type { ResolvedAddress } from "../getaddrinfo.js";
import { connectionFailed, lookUpFailed } from "./connection-failed.js";
import { hostPort } from "./host-port.js";

/** How to connect to one of several addresses. */
export interface Connecting<C extends Closable> {
  /** What is connected to, as people write it. */
  readonly target: string;
  /** Finds the addresses, in order of preference: one at least. */
  readonly lookUp: () => Promise<readonly ResolvedAddress[]>;
  /** Connects to one of them. Cancelled, it leaves nothing behind. */
  readonly attempt: (address: ResolvedAddress) => Promise<C>;
  /** How long an attempt is given, in ms, before the next begins beside it. */
  readonly delay: number;
}

/**
 * Connects to whichever address answers first. The families take turns, beginning with that of the first address. An attempt begins when the one
 * before it has failed, or has had `delay` ms; it goes on beside those that follow. The first connection ends the others, which are
 * gone when it is handed over.
 *
 * **Cancellation:** cancels the attempts and waits for them; a connection that was made is closed.
 *
 * @throws {ConnectionFailedError} when the look-up fails, or all attempts do
 * @see RFC 8305, "Happy Eyeballs Version 2". Of its two look-ups at once the system makes one, which gives the addresses in order.
 */
export async function happyEyeballs<C extends Closable>(connecting: Connecting<C>): Promise<C> {
  const { target, attempt } = connecting;
  const addresses = await lookedUp(connecting);
  const [only] = addresses;
  if (only === undefined) throw lookUpFailed(target, new Error("it has no address"));
  if (addresses.length > 1) return first(connecting, interleaved(addresses));
  // What most connections are, and nothing that a task has to be made for.
  try {
    return await attempt(only);
  } catch (error) {
    throw isCancelled(error) ? error : failed(target, addresses, [error]);
  }
}

async function lookedUp({ target, lookUp }: Connecting<Closable>): Promise<readonly ResolvedAddress[]> {
  try {
    return await lookUp();
  } catch (error) {
    throw isCancelled(error) ? error : lookUpFailed(target, error);
  }
}

async function first<C extends Closable>(
  { target, attempt, delay }: Connecting<C>,
  addresses: readonly ResolvedAddress[],
): Promise<C> {
  let winner: { readonly connection: C } | undefined;
  const errors: unknown[] = [];

  const tryOne = async (i: number, address: ResolvedAddress, hasFailed: Event, win: () => void): Promise<void> => {
    try {
      const connection = await attempt(address);
      // Two may have made it before either was told.
      if (winner !== undefined) return await forceClose(connection);
      winner = { connection };
      win();
    } catch (error) {
      if (isCancelled(error)) throw error;
      errors[i] = error;
      hasFailed.set();
    }
  };

  try {
    await withTaskGroup(
      async (tg) => {
        const win = (): void => tg.cancel("another address has answered first");
        for (const [i, address] of addresses.entries()) {
          const hasFailed = new Event();
          const name = `connecting to ${hostPort(address.address, address.port)}`;
          tg.startSoon(() => tryOne(i, address, hasFailed, win), { name });
          if (i < addresses.length - 1) await moveOnAfter(delay, () => hasFailed.wait());
        }
      },
      { name: `connecting to ${target}` },
    );
  } catch (error) {
    if (winner !== undefined) await forceClose(winner.connection);
    throw error;
  }
  if (winner === undefined) throw failed(target, addresses, errors);
  return winner.connection;
}

/** The addresses in their order, but the families by turns. */
function interleaved(addresses: readonly ResolvedAddress[]): ResolvedAddress[] {
  const preferred = addresses.filter(({ family }) => family === addresses[0]?.family);
  const other = addresses.filter(({ family }) => family !== addresses[0]?.family);
  return addresses.flatMap((_, i) => [...preferred.slice(i, i + 1), ...other.slice(i, i + 1)]);
}

function failed(target: string, addresses: readonly ResolvedAddress[], errors: readonly unknown[]): Error {
  return connectionFailed(
    target,
    addresses.map(({ address, port }, i) => ({ address: hostPort(address, port), error: errors[i] })),
  );
}
