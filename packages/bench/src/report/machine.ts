import { cpus } from "node:os";

/** What the figures were measured on. */
export interface Machine {
  readonly runtime: string;
  readonly platform: string;
  readonly cpu: string;
  /** Of the contestants' libraries, by package. */
  readonly versions: Readonly<Record<string, string>>;
}

/** @param dependencies what our own manifest says, where every library has one exact version */
export function describeMachine(runtime: string, dependencies: Readonly<Record<string, string>>): Machine {
  const [first, ...others] = cpus();
  return {
    runtime,
    platform: `${process.platform} ${process.arch}`,
    cpu: `${others.length + 1} x ${first?.model.trim() ?? "unknown"}`,
    versions: Object.fromEntries(
      Object.entries(dependencies).filter(([, version]) => !version.startsWith("workspace:")),
    ),
  };
}
