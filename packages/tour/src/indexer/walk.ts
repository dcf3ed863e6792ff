import type { Path } from "@anyio/fs";

/** What the walk comes across. */
export type Find =
  | { readonly kind: "file"; readonly path: Path }
  | { readonly kind: "directory left out" }
  | { readonly kind: "problem"; readonly path: Path; readonly error: unknown };

/**
 * Walks a tree, and passes over directories of these names. What is no directory is a file here, whatever it is.
 *
 * Symbolic links are not followed, so no loop leads anywhere. A directory that cannot be read is a find like any other.
 */
export async function* walk(root: Path, leftOut: readonly string[]): AsyncGenerator<Find, void, void> {
  const problems: Find[] = [];
  const onError = (error: unknown): void => {
    problems.push({ kind: "problem", path: root.joinpath((error as NodeJS.ErrnoException).path ?? ""), error });
  };
  for await (const [path, directories, files] of root.walk({ onError })) {
    yield* problems.splice(0);
    for (const name of files) yield { kind: "file", path: path.joinpath(name) };
    const wanted = directories.filter((name) => !leftOut.includes(name));
    for (let n = wanted.length; n < directories.length; n++) yield { kind: "directory left out" };
    // The walk goes on with what is left in its list.
    directories.splice(0, directories.length, ...wanted);
  }
  yield* problems;
}
