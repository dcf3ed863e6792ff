import type { TestOptions } from "vitest";
import type { AnyioOptions } from "../../packages/vitest/src/options.js";

/** The options of a test, or of a whole block of them, that leaves something behind on purpose. */
export const mayLeak: TestOptions & Pick<AnyioOptions, "leaks"> = { leaks: false };
