import type { Values } from "./workloads/workload.js";

/** What one process found out. */
export type Sample = { readonly values: Values } | { readonly failure: string };
