/** All that `@anyio/signals` offers. */
export * from "@anyio/signals";
