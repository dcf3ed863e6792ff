import { builtinModules } from "node:module";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

/**
 * What each package may import at run time. An arrow points up only, so there is no circle; a package that is missing
 * here may import nothing.
 */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  "task-groups": ["core"],
  sync: ["core"],
  streams: ["core", "sync"],
  net: ["core", "task-groups", "sync", "streams"],
  subprocess: ["core", "task-groups", "sync", "streams"],
  threads: ["core", "task-groups", "sync"],
  fs: ["core", "streams"],
  signals: ["core"],
  functools: ["core", "sync"],
  testing: ["core"],
  vitest: ["core", "task-groups", "testing"],
  anyio: ["core", "task-groups", "sync", "streams", "net", "subprocess", "threads", "fs", "signals", "functools"],
};

/** Third-party code that a package's user brings along. */
export const PEERS: Readonly<Record<string, readonly string[]>> = { vitest: ["vitest"] };

/** They run wherever JavaScript does. */
const KERNEL = ["core", "task-groups", "sync", "streams"];
/** `@anyio/streams/node`, an entry of its own. */
const NODE_ENTRY = /^packages\/streams\/src\/node[./]/;

export interface SourceFile {
  /** From the repository's root, `packages/core/src/index.ts`. */
  readonly path: string;
  readonly text: string;
}

/** What a source file imports against the rules, one line each. */
export function violations({ path, text }: SourceFile): string[] {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  return importedFiles.flatMap(({ fileName }) => {
    const complaint = judge(path, fileName);
    return complaint ? [`${path} imports ${fileName}: ${complaint}`] : [];
  });
}

function judge(path: string, specifier: string): string | undefined {
  const [, folder = ""] = path.split("/");
  const kernel = KERNEL.includes(folder);

  if (specifier.startsWith(".")) {
    const target = relative(join("packages", folder, "src"), join(dirname(path), specifier));
    return target.startsWith("..") ? "it is outside the package's own src" : undefined;
  }
  if (specifier.startsWith("node:")) {
    if (!kernel || specifier === "node:async_hooks" || NODE_ENTRY.test(path)) return undefined;
    return "the kernel has no Node built-in but node:async_hooks";
  }
  if (builtinModules.includes(specifier)) return "write built-ins with node:";

  const sibling = /^@anyio\/([^/]+)(\/.*)?$/.exec(specifier);
  if (!sibling) {
    const name = specifier.split("/")[0] ?? specifier;
    return PEERS[folder]?.includes(name) ? undefined : "third-party code is no runtime dependency";
  }
  const [, name = "", door = ""] = sibling;
  if (/^\/(src|dist|internal)\b/.test(door)) return "it is no door of that package";
  return ARROWS[folder]?.includes(name) ? undefined : "no arrow leads there";
}
