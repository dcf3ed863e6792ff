import type { Options } from "tsup";

/** What every published package is built with: ES modules and their types, nothing else. */
export function library(entry: Record<string, string>): Options {
  return {
    entry,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    external: [/^node:/],
    // Deno knows the built-ins by this prefix only.
    removeNodeProtocol: false,
    sourcemap: true,
    treeshake: true,
    clean: true,
    silent: true,
    dts: {
      // Resources are `Disposable`, which the default library of TypeScript does not have.
      banner: '/// <reference lib="esnext.disposable" />',
      compilerOptions: {
        // The declaration build sets `baseUrl`, which TypeScript 6 calls deprecated.
        ignoreDeprecations: "6.0",
        // A package's declarations are made from its neighbours' declarations, not from their sources.
        customConditions: [],
      },
    },
  };
}
