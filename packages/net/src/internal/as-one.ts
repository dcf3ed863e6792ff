import { CancelScope } from "@anyio/core";
import { quietly } from "@anyio/core/lowlevel";

/**
 * Runs an operation that has several steps in a scope of its own. Between two steps nothing of it is pending; without that scope
 * nobody would know of it when the caller's is left, and an operation that was not awaited would go on in the scope around.
 *
 * **Cancellation:** of the steps, one after the other.
 *
 * @param name what the operation is called
 */
export function asOne<T>(name: string, operation: () => Promise<T>): Promise<T> {
  return quietly(enter(name, operation));
}

async function enter<T>(name: string, operation: () => Promise<T>): Promise<T> {
  let end: (() => T) | undefined;
  await new CancelScope({ name }).run(async () => {
    try {
      const value = await operation();
      end = () => value;
    } catch (error) {
      // Thrown outside of the scope: being left cancels it, which it would keep to itself.
      end = () => {
        throw error;
      };
    }
  });
  return (end as () => T)();
}
