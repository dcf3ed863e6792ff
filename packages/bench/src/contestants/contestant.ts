/**
 * What a contestant can do. One member per family of workloads; a family stands in the contestant's file of that name.
 * Each function returns what the workload asserts, or tells it as it goes, so that nobody is fast by leaving the work
 * undone.
 */
export interface Families {
  readonly spawn: SpawnFamily;
  readonly timeout: TimeoutFamily;
  readonly sleepers: SleepersFamily;
  readonly nested: NestedFamily;
  readonly blocked: BlockedFamily;
  readonly busy: BusyFamily;
  readonly operations: OperationsFamily;
  readonly handOver: HandOverFamily;
  readonly locks: LocksFamily;
  /** The same as `blocked`, with tasks that wait in `receive`. */
  readonly receivers: BlockedFamily;
  readonly lines: LinesFamily;
  readonly byteLines: ByteLinesFamily;
  readonly sockets: SocketsFamily;
  readonly processes: ProcessesFamily;
  readonly files: FilesFamily;
  readonly threads: ThreadsFamily;
}

export type Contestant = Partial<Families>;

/** What `contestant` has for a workload's family; the workload says who takes part in it. */
export function familyOf<F extends keyof Families>(contestant: Contestant, family: F): Families[F] {
  const found: Families[F] | undefined = contestant[family];
  if (found === undefined) throw new Error(`has nothing written for "${family}"`);
  return found;
}

/** One of those things of a family that a contestant need not have. */
export function required<T>(found: T | undefined): T {
  if (found === undefined) throw new Error("has nothing written for this");
  return found;
}

/** How long what never ends by itself sleeps, and what a scope that must not strike allows, in milliseconds. */
export const LONG = 60_000;

export interface SpawnFamily {
  /** Starts `tasks` tasks in one group; each awaits once. Returns, all joined, how many ran to their end. */
  join(tasks: number): Promise<number>;
  /**
   * Starts `tasks` tasks of which the first throws `error` and the others sleep. The first error must cancel the rest,
   * and be thrown once all have ended. `ended` is called by each of the others in its cleanup.
   */
  failFirst(tasks: number, error: Error, ended: () => void): Promise<void>;
}

export interface TimeoutFamily {
  /** One after the other, `scopes` timeouts of 60 s around a function that returns at once. Returns how many it did. */
  aroundReturn(scopes: number): Promise<number>;
  /** The same around a function that awaits once. */
  aroundAwait(scopes: number): Promise<number>;
  /** A timeout of `ms` around a sleep of 60 s: returns whether it failed as a timeout; the sleep calls `ended`. */
  strike(ms: number, ended: () => void): Promise<boolean>;
}

export interface SleepersFamily {
  /** Starts `sleepers` tasks that sleep 60 s, cancels the group once all sleep, joins. Returns how many cleaned up. */
  cancel(sleepers: number): Promise<number>;
}

export interface NestedFamily {
  /**
   * Nests `depth` timeouts of 60 s with a sleeper at the bottom and cancels the whole from outside once it sleeps.
   * Returns how many levels unwound.
   */
  cancelDeep(depth: number): Promise<number>;
  /** A group of `width` groups of `width` sleepers, cancelled from the top once all sleep: how many cleaned up. */
  cancelTree(width: number): Promise<number>;
}

export interface BlockedFamily {
  /** Starts `tasks` tasks that wait for one event. Resolves when all wait; each can still be cancelled. */
  block(tasks: number): Promise<BlockedTasks>;
}

interface BlockedTasks {
  /** Sets the event and joins. Returns how many tasks were woken. */
  release(): Promise<number>;
}

export interface BusyFamily {
  /**
   * Runs `tasks` tasks, each doing nothing but operations that complete at once while `goOn()` says so, the first of
   * them under a timeout of `timeout` ms. Calls `struck` when that timeout has ended its task.
   */
  run(tasks: number, timeout: number, goOn: () => boolean, struck: () => void): Promise<void>;
}

/** A million of these under one live scope must leave nothing behind. */
export const OPERATIONS = ["checkpoint", "timeout", "spawn", "suspend"] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface OperationsFamily {
  /**
   * Opens one scope, and in it does `batches` times `size` of `operation`, one after the other, calling `afterBatch`
   * after each batch, the scope still open. Returns how many operations it did.
   */
  repeat(operation: Operation, batches: number, size: number, afterBatch: () => void): Promise<number>;
}

/** Items that go from producers to consumers through one channel. */
export interface HandOver {
  /** How many items the channel holds that nobody has asked for. With 0 a sender waits for its receiver: rendezvous. */
  readonly capacity: number;
  readonly producers: number;
  readonly consumers: number;
  /** In all: producer `p` sends `p`, `p + producers`, `p + 2 * producers` and so on, one after the other. */
  readonly items: number;
  /** To be called by each consumer as it begins; what it returns, with each item that the consumer receives. */
  readonly begin: () => (item: number) => void;
}

export interface HandOverFamily {
  /**
   * Sends the numbers below `items`, one after the other, while nobody receives. Once that has come to a halt, `stuck` is
   * called with how many sends have completed. Then all are received.
   */
  fill(capacity: number, items: number, stuck: (sent: number) => void): Promise<void>;
  /** Consumers ask for one item after the other until the channel ends, as it does after the last producer. */
  receive(handOver: HandOver): Promise<void>;
  /** The same with a loop over the channel. */
  iterate(handOver: HandOver): Promise<void>;
}

/** What a task says while it holds a lock. */
interface Holding {
  readonly enter: (task: number) => void;
  readonly leave: () => void;
}

export interface Contention {
  readonly tasks: number;
  /** How often each task takes the lock, and gives it back; while it holds it, it awaits once. */
  readonly times: number;
  readonly holding: Holding;
}

export interface LocksFamily {
  /** Takes a free lock and gives it back, `times` times one after the other. Returns how often it held it. */
  uncontended(times: number): Promise<number>;
  /** All tasks want one lock. */
  lock(contention: Contention): Promise<void>;
  /** All tasks want one of the `permits` of a semaphore. */
  semaphore(permits: number, contention: Contention): Promise<void>;
}

export interface LinesFamily {
  /** Splits what comes in `chunks` into lines of text, each without its "\n", and calls `line` with each. */
  text(chunks: readonly Uint8Array[], line: (line: string) => void): Promise<void>;
}

export interface ByteLinesFamily {
  /** The same without decoding. */
  bytes(chunks: readonly Uint8Array[], line: (line: Uint8Array) => void): Promise<void>;
}

/**
 * Sockets, on both sides: each of these starts a server in a process of its own, and a client in this one, and what the
 * session repeats goes on between the two. A contestant has those that it can do.
 */
export interface SocketsFamily {
  /** Over `connections` connections at once: 64 bytes there, 64 bytes back. */
  readonly requests?: (connections: number) => Promise<Session>;
  /** Sends so many MiB over one connection in chunks of 64 KiB, and its end; the server answers how many bytes came. */
  readonly upload?: (transport: Transport) => Promise<Session>;
  /** Sends 64 bytes by UDP and has them back, `inFlight` of them on their way at once. */
  readonly datagrams?: (inFlight: number) => Promise<Session>;
  /** Connects, receives the one byte that the server greets with, and its end; `atOnce` at a time. */
  readonly connections?: (atOnce: number) => Promise<Session>;
  /** Connects, says nothing, and stays: the server waits for each. */
  readonly idle?: () => Promise<IdleSession>;
}

/** By what bytes go. "tls-strict" minds how a connection ends. */
export type Transport = "tcp" | "tls" | "tls-strict";

export interface Session {
  /** Does it `times` times. Returns how many were done to the end. */
  repeat(times: number): Promise<number>;
  close(): Promise<void>;
}

interface IdleSession {
  /** So many connections more. */
  connect(connections: number): Promise<void>;
  memory(): Promise<ServerMemory>;
  close(): Promise<void>;
}

/** What the server's process has after a full collection, in bytes. */
export interface ServerMemory {
  /** What its objects take. */
  readonly heap: number;
  /** What the system has given to it: objects, what is behind them, and what the allocators keep. */
  readonly resident: number;
}

/** Child processes, which read nothing. A contestant has what it can do. */
export interface ProcessesFamily {
  /** Runs a command `times` times, `atOnce` at a time, and captures its output. Returns how many ended with exit code 0. */
  readonly run?: (command: Command, times: number, atOnce: number) => Promise<number>;
  /** Runs a command that has to succeed, and returns what it wrote. */
  readonly capture?: (command: Command) => Promise<Uint8Array>;
  /** Runs a command that has to succeed, and calls `chunk` with what it writes as that comes; its stderr leads nowhere. */
  readonly stream?: (command: Command, chunk: (bytes: Uint8Array) => void) => Promise<void>;
}

/** A program, and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

export interface FilesFamily {
  /** Reads files of UTF-8 as they are, `atOnce` at a time, and calls `found` with what is in each. */
  readonly readAll?: (paths: readonly string[], atOnce: number, found: (text: string) => void) => Promise<void>;
  /** Opens each, reads it in pieces of at most so many bytes until there is no more, calling `found` with each, and closes it. */
  readonly readPieces?: (
    paths: readonly string[],
    atOnce: number,
    pieceSize: number,
    found: (bytes: Uint8Array) => void,
  ) => Promise<void>;
  /** Calls `line` with each line of a file of UTF-8, without its "\n". */
  readonly lines?: (path: string, line: (line: string) => void) => Promise<void>;
}

/** Functions in threads, those of `thread-work.ts` in most of these. A contestant has what it can do. */
export interface ThreadsFamily {
  /**
   * In so many threads, each of which has one call at a time: adds one to a number, again and again. The repetitions share the times; each
   * counts from 0, and they return the sum of what they have come to.
   */
  readonly roundTrips?: (threads: number) => Promise<Session>;
  /** Counts the primes below `limit`, in `times` calls at once, which so many threads do. Returns the sum of what they found. */
  readonly primes?: (threads: number, times: number, limit: number) => Promise<number>;
  /** Bytes to a thread, which adds one to the first of them, and back. */
  readonly passing?: (how: Passing) => Promise<PassingSession>;
  /** Starts threads, tells `answered` what 0 and one make, as a thread says, and ends them. */
  readonly firstCall?: (answered: (sum: number) => void) => Promise<void>;
  /** From a thread, which is blocked meanwhile, into the event loop that has called it: adds one to a number, again and again. */
  readonly callBacks?: () => Promise<Session>;
  /** From the main thread, which is blocked meanwhile, into an event loop elsewhere: an async function that adds one to a number. */
  readonly blockingCalls?: () => Promise<Session>;
}

export type Passing = "transfer" | "clone";

interface PassingSession {
  pass(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}
