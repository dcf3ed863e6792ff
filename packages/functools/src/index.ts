/**
 * Caches and reductions for async functions.
 *
 * Who asks for the same thing at the same time shares one computation, and a cancelled caller takes nobody along.
 */
export { cache } from "./cache.js";
export { type AsyncFunction, type CacheInfo, type Cached, type CacheOptions, lruCache } from "./lru-cache.js";
export { reduce } from "./reduce.js";
