/**
 * vitest's `retry`. In `.ci/run`, which sets this variable, a test that fails has another try: the processors are shared with
 * neighbours there, and some tests measure the clock. What passes only then is told at the end, by name and with its error,
 * for it may as well be a race of ours. Everywhere else a test has one try.
 */
export const anotherTry = process.env["ANYIO_ANOTHER_TRY"] === "1" ? { count: 1, delay: 1_000 } : 0;
