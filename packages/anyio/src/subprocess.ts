/** All that `@anyio/subprocess` offers. */
export * from "@anyio/subprocess";
