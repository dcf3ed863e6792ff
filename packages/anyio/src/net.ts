/** All that `@anyio/net` offers. */
export * from "@anyio/net";
