/** All that `@anyio/threads` offers. */
export * from "@anyio/threads";
