/** All that `@anyio/core` offers. */
export * from "@anyio/core";
