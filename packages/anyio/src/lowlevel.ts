/** All that `@anyio/core/lowlevel` offers. */
export * from "@anyio/core/lowlevel";
