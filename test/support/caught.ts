/** The error that `promise` rejects with, as the type it has to be; fails where it fulfils, or is another. */
export async function caught<E>(promise: PromiseLike<unknown>, type: new (...args: never[]) => E): Promise<E> {
  const error = await errorOf(promise);
  if (error instanceof type) return error;
  throw new Error(`expected a ${type.name}`, { cause: error });
}

/** Whatever `promise` rejects with; fails where it fulfils. */
export async function errorOf(promise: PromiseLike<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a rejection, not ${String(value)}`);
}
