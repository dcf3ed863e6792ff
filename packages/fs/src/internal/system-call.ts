import { inFlight, suspend, suspendShielded } from "@anyio/core/lowlevel";

/**
 * How operations wait for the file system, which cannot take anything back.
 *
 * 1. What only looks (`stat`, a list of a directory, reading) stops waiting when it is cancelled, and what comes of it is dropped. A
 *    file keeps what its abandoned read has brought, for the next one.
 * 2. What changes something is completed once it has begun, and its result delivered; a cancellation strikes at the next point. So no
 *    operation both takes effect and throws a `CancelledError`.
 * 3. A pipe or a terminal may let one wait for as long as somebody else likes. There a cancelled operation stops waiting in any case,
 *    and what it was to write is written all the same.
 * 4. The work itself is plain promises and belongs to no scope; the operation is the one who waits for it.
 */
export type Work<T> = (isWanted: () => boolean) => Promise<T>;

/** Waits for work that changes nothing. */
export function look<T>(what: string, work: Work<T>): Promise<T> {
  return suspend<T>(what, (waiter) => {
    let isWanted = true;
    void follow(
      work(() => isWanted),
      waiter,
    );
    return () => void (isWanted = false);
  });
}

/** Waits for work that changes something. */
export function change<T>(what: string, work: () => Promise<T>): Promise<T> {
  return suspend<T>(what, (waiter) => {
    void follow(work(), waiter);
    return keep;
  });
}

/** Waits for work that has to be done in a cancelled scope, too. */
export function finish<T>(what: string, work: Promise<T>): Promise<T> {
  return suspendShielded<T>(what, (waiter) => void follow(work, waiter));
}

/**
 * Waits for work as {@link change} does, unless that lets one wait for somebody else: then a cancellation ends the waiting, and a late result
 * is given back.
 */
export function changeUnless<T>(
  mayWaitForOthers: () => boolean,
  what: string,
  work: () => Promise<T>,
  giveBack?: (result: T) => unknown,
): Promise<T> {
  return suspend<T>(what, (waiter) => {
    const resume = (result: T): void => void (waiter.resume(result) || giveBack?.(result));
    void follow(work(), { resume, throw: (error) => waiter.throw(error) });
    return mayWaitForOthers;
  });
}

/** Has an operation that is called wrongly reject, as it does where it fails. */
export function attempt<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return operation();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** A call of Node.js's that takes a callback, as a promise. */
export function calling<T = void>(
  start: (done: (error: NodeJS.ErrnoException | null, value: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value)));
  });
}

/** What a call of the system has failed with: "ENOENT", for example. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** An error as the system would have made it, where Node.js has no such call. */
export function systemError(code: string, problem: string, syscall: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${problem}, ${syscall} '${path}'`), { code, syscall, path });
}

interface Waiting<T> {
  resume(value: T): unknown;
  throw(error: unknown): unknown;
}

async function follow<T>(work: Promise<T>, waiter: Waiting<T>): Promise<void> {
  const landed = inFlight();
  try {
    const value = await work;
    landed();
    waiter.resume(value);
  } catch (error) {
    landed();
    waiter.throw(error);
  }
}

function keep(): boolean {
  return false;
}
