/** All that `@anyio/fs` offers. */
export * from "@anyio/fs";
