/** Sync primitives that are fair and survive cancellation. */
export {};
