/** Caches and reductions for async functions. */
export {};
