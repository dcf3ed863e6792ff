import type { RemoteInfo, Socket } from "node:dgram";
import { BrokenResourceError, BusyResourceError, ClosedResourceError } from "@anyio/core";
import {
  immediate,
  noteClosed,
  noteOpened,
  suspendForeign,
  suspendShielded,
  type Suspension,
  WaitQueue,
} from "@anyio/core/lowlevel";
import { Backlog } from "./backlog.js";

/** What can be told of a UDP socket; a snapshot. */
export interface UDPSocketStatistics {
  /** Datagrams that have come and were not received yet. */
  readonly queued: number;
  /** Datagrams that were dropped since the socket was made, because nobody received them while newer ones came. */
  readonly dropped: number;
}

/** What makes one kind of UDP socket of datagrams as Node hands them over. */
export interface DatagramKind<T> {
  /** What people call the socket. */
  readonly name: string;
  /** Whether it has one peer. Then what the network reports of that peer is told, else it is nobody's in particular. */
  readonly isConnected: boolean;
  /** What is received; undefined for what is none of this socket's. */
  itemOf(bytes: Uint8Array, from: RemoteInfo): T | undefined;
}

/**
 * What both kinds of UDP sockets do, over one of Node's.
 *
 * 1. One set of listeners for life. Node has no way to stop a UDP socket from reading, so what nobody receives is kept up to a number.
 * 2. While somebody waits to receive, nothing is queued and no failure is waiting to be told.
 * 3. Node forgets the callbacks of what is being sent as the socket is closed: they are told from here.
 */
export class Datagrams<T> {
  readonly #socket: Socket;
  readonly #kind: DatagramKind<T>;
  readonly #backlog: Backlog<T>;
  readonly #receivers = new WaitQueue<T>({ isForeign: true });
  readonly #senders = new Set<Suspension<void>>();
  /** What the network has reported, of which nobody was told yet. */
  #failure: BrokenResourceError | null = null;
  #isClosed = false;
  #isGone = false;
  #closers: Suspension<void>[] = [];

  constructor(socket: Socket, maxQueue: number, kind: DatagramKind<T>) {
    this.#socket = socket;
    this.#kind = kind;
    this.#backlog = new Backlog(maxQueue);
    socket.on("message", this.#onMessage);
    socket.on("error", this.#onError);
    socket.on("close", this.#onClose);
    noteOpened(this, kind.name);
  }

  receive(): Promise<T> {
    if (!this.#hasNews && this.#receivers.size === 0) return this.#receivers.wait("a datagram");
    return immediate(this.#take);
  }

  /** Sends to `host`, which is an IP address, or to the peer of a connected socket. */
  send(bytes: Uint8Array, host?: string, port?: number): Promise<void> {
    return suspendForeign("a datagram to be sent", (waiter) => {
      this.#check();
      this.#senders.add(waiter);
      this.#hand({ waiter, bytes, host, port, tries: TRIES });
      return goesOn;
    });
  }

  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#finish();
      this.#closeSocket();
    }
    if (this.#isGone) return Promise.resolve();
    return suspendShielded("a UDP socket to close", (waiter) => void this.#closers.push(waiter));
  }

  statistics(): UDPSocketStatistics {
    return { queued: this.#backlog.length, dropped: this.#backlog.dropped };
  }

  get #hasNews(): boolean {
    return this.#backlog.length > 0 || this.#failure !== null || this.#isClosed;
  }

  /** Refuses what cannot be done, and tells of a failure that nobody was told of. */
  #check(): void {
    if (this.#isClosed) throw closed();
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure;
  }

  readonly #take = (): T => {
    if (this.#receivers.size > 0) throw new BusyResourceError();
    this.#check();
    return this.#backlog.shift();
  };

  readonly #onMessage = (message: Uint8Array, from: RemoteInfo): void => {
    if (this.#isClosed) return;
    const item = this.#kind.itemOf(bytesOf(message), from);
    if (item === undefined) return;
    if (this.#receivers.size > 0) this.#receivers.wake(item);
    else this.#backlog.push(item);
  };

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    if (this.#isClosed || (!this.#kind.isConnected && REPORTS.has(error.code))) return;
    const failure = this.#broken(error);
    if (this.#receivers.size > 0) this.#receivers.fail(failure);
    else this.#failure ??= failure;
  };

  readonly #onClose = (): void => {
    this.#isGone = true;
    // It may be somebody else who has closed the socket.
    if (!this.#isClosed) this.#finish();
    noteClosed(this);
    const closers = this.#closers;
    this.#closers = [];
    for (const closer of closers) closer.resume();
  };

  #finish(): void {
    this.#isClosed = true;
    this.#failure = null;
    this.#backlog.clear();
    if (this.#receivers.size > 0) this.#receivers.fail(closed());
    const senders = [...this.#senders];
    this.#senders.clear();
    for (const sender of senders) sender.throw(closed());
  }

  #hand(sending: Sending): void {
    const { waiter, bytes, host, port } = sending;
    const onSent = (error: NodeJS.ErrnoException | null | undefined): void => this.#sent(sending, error ?? null);
    try {
      if (host === undefined) this.#socket.send(bytes, onSent);
      else this.#socket.send(bytes, port, host, onSent);
    } catch (error) {
      this.#senders.delete(waiter);
      waiter.throw(isClosedAlready(error) ? closed() : error);
    }
  }

  #sent(sending: Sending, error: NodeJS.ErrnoException | null): void {
    const { waiter, bytes } = sending;
    if (!this.#senders.has(waiter)) return;
    // Bun tells it to whoever sends next, to whomever, and that datagram is not sent.
    const isReport = error !== null && !this.#kind.isConnected && REPORTS.has(error.code);
    if (isReport && sending.tries > 1) {
      sending.tries--;
      this.#hand(sending);
      return;
    }
    this.#senders.delete(waiter);
    if (error === null || (isReport && error.code === "ECONNREFUSED")) waiter.resume();
    else waiter.throw(this.#whyNotSent(error, bytes));
  }

  #closeSocket(): void {
    try {
      this.#socket.close();
    } catch (error) {
      if (!isClosedAlready(error)) throw error;
    }
  }

  #whyNotSent(error: NodeJS.ErrnoException, bytes: Uint8Array): unknown {
    if (error.code === "EMSGSIZE") {
      return new RangeError(
        `a datagram of ${bytes.byteLength} bytes is too large; 65507 are the most that IPv4 takes, and less is better`,
        { cause: error },
      );
    }
    return this.#kind.isConnected ? this.#broken(error) : error;
  }

  #broken(error: NodeJS.ErrnoException): BrokenResourceError {
    const reason = error.code === "ECONNREFUSED" ? "nobody listens there (ECONNREFUSED)" : error.message;
    return new BrokenResourceError(`${this.#kind.name} has failed: ${reason}; it can be used on`, { cause: error });
  }
}

interface Sending {
  readonly waiter: Suspension<void>;
  readonly bytes: Uint8Array;
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** How often it may be tried. */
  tries: number;
}

const TRIES = 3;

/** What the network may tell of a datagram that was sent earlier. */
const REPORTS = new Set<string | undefined>(["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH"]);

/** A datagram cannot be taken back, and it takes the system no time to take it. */
function goesOn(): boolean {
  return false;
}

/** Whether somebody else has closed the socket, of which its "close" event will tell. */
function isClosedAlready(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ERR_SOCKET_DGRAM_NOT_RUNNING";
}

function closed(): ClosedResourceError {
  return new ClosedResourceError("the UDP socket is closed; open a new one");
}

/** Plain bytes that keep no more memory than they have to: Deno makes room for the largest datagram each time. */
function bytesOf(message: Uint8Array): Uint8Array {
  const { buffer, byteOffset, byteLength } = message;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return buffer.byteLength > 2 * byteLength + SLACK ? bytes.slice() : bytes;
}

const SLACK = 1024;
