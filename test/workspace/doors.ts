import { join } from "node:path";
import ts from "typescript";
import type { Package } from "../../scripts/lib/workspace.mjs";

/** The list of what each of a package's doors offers: `value` exists at run time, `type` is for the compiler alone. */
export function listDoors({ dir, manifest }: Package): string {
  const doors = Object.entries(manifest.exports ?? {}).flatMap(([door, target]) =>
    typeof target === "object" ? [{ door, source: join(dir, target["@anyio/source"]) }] : [],
  );
  const program = ts.createProgram(
    doors.map(({ source }) => source),
    {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      customConditions: ["@anyio/source"],
      noLib: true,
    },
  );
  const checker = program.getTypeChecker();

  return doors
    .map(({ door, source }) => `${door}\n${listNames(checker, program.getSourceFile(source)).join("")}`)
    .join("\n");
}

function listNames(checker: ts.TypeChecker, file: ts.SourceFile | undefined): string[] {
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) return [];
  return checker
    .getExportsOfModule(module)
    .map((symbol) => {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      // A class that goes out by `export { type … }` is a type to everybody outside.
      const isValue =
        target.flags & ts.SymbolFlags.Value && !symbol.declarations?.every(ts.isTypeOnlyExportDeclaration);
      return `  ${symbol.name} (${isValue ? "value" : "type"})\n`;
    })
    .toSorted();
}
