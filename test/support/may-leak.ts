import type { TestOptions } from "vitest";
// What the plugin adds to vitest's options.
import type {} from "../../packages/vitest/src/options.js";

/** The options of a test, or of a whole block of them, that leaves something behind on purpose. */
export const mayLeak: TestOptions = { leaks: false };
