/** All that `@anyio/sync` offers. */
export * from "@anyio/sync";
