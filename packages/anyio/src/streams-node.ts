/** All that `@anyio/streams/node` offers. */
export * from "@anyio/streams/node";
