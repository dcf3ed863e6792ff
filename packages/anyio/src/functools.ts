/** All that `@anyio/functools` offers. */
export * from "@anyio/functools";
