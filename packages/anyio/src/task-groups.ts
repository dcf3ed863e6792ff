/** All that `@anyio/task-groups` offers. */
export * from "@anyio/task-groups";
