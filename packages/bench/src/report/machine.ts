import { cpus } from "node:os";

/** What the figures were measured on. */
export interface Machine {
  readonly runtime: string;
  readonly platform: string;
  readonly cpu: string;
}

export function describeMachine(runtime: string): Machine {
  const [first, ...others] = cpus();
  return {
    runtime,
    platform: `${process.platform} ${process.arch}`,
    cpu: `${others.length + 1} x ${first?.model.trim() ?? "unknown"}`,
  };
}
