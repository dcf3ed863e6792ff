/** Streams and events of Node's, as ours, and ours as Node's. */
export { events, type EventsOptions, type EventStream } from "./node/events.js";
export { fromDuplex } from "./node/from-duplex.js";
export { fromReadable } from "./node/from-readable.js";
export { fromWritable } from "./node/from-writable.js";
export type { EventArguments, EventName, EventSource } from "./node/listen.js";
export { once } from "./node/once.js";
export { toDuplex } from "./node/to-duplex.js";
