/** Gives a promise a handler, so that its rejection is no unhandled one where nobody awaits it. */
export function quiet(promise: PromiseLike<unknown>): void {
  promise.then(undefined, ignore);
}

function ignore(): void {}
