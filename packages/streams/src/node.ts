/** Streams and events of Node's, as ours, and ours as Node's. */
export {};
