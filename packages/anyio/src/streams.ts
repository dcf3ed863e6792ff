/** All that `@anyio/streams` offers. */
export * from "@anyio/streams";
