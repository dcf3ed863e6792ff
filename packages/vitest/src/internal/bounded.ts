import { addNote } from "./timeout-error.js";
import { settles } from "./settles.js";

export interface Observer {
  /** Whether an operation of ours is still pending in the scope. */
  isOurs(): boolean;
  /** What is still there, for people. */
  dump(): string;
  /** Whether something in the scope has been given up, and told of. */
  isAbandoned: boolean;
}

/**
 * Runs `fn` in a scope that `open` opens, and waits for the scope to be left; but where something foreign is awaited in
 * what `fn` left behind, which nobody can end, it gives the scope up and says so.
 */
export function bounded<T>(
  open: (body: () => Promise<T>) => Promise<T>,
  fn: () => T | PromiseLike<T>,
  observer: Observer,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLeft = false;
    const giveUp = (error: Error): void => {
      if (!observer.isAbandoned) addNote(error, `${GIVEN_UP}\n${observer.dump()}`);
      observer.isAbandoned = true;
      reject(error);
    };
    const follow = async (end: () => void): Promise<void> => {
      const isInTime =
        !observer.isAbandoned &&
        (await settles(
          () => isLeft,
          () => observer.isOurs(),
        ));
      if (!isInTime) end();
    };
    const whole = open(async () => {
      try {
        const value = await fn();
        void follow(() => (observer.isAbandoned ? resolve(value) : giveUp(new Error("something was left behind"))));
        return value;
      } catch (error) {
        void follow(() => giveUp(error as Error));
        throw error;
      }
    });
    whole.then(resolve, reject);
    const note = (): void => void (isLeft = true);
    whole.then(note, note);
  });
}

export const GIVEN_UP =
  "This did not end when it was cancelled, for it awaits something foreign, and was given up; pass currentSignal() " +
  "to what it awaits, or await that through abandonOnCancel():";
