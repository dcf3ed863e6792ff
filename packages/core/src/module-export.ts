/** Where a function is that is to run elsewhere, in a worker: an export of a module. */
export interface ModuleExport {
  /** The module's URL. */
  readonly module: string;
  /** The name of the export; "default" too. */
  readonly name: string;
}

const BRAND = Symbol.for("@anyio/core/v1/module-export");

/**
 * Makes a function that stands for an export of a module, without loading the module here: whoever runs functions in workers finds out with
 * {@link moduleExportOf}, and sends the reference. To call it here is an error.
 *
 * @typeParam F the type of the export
 * @param module the module's URL, or its path as a `file:` URL
 * @throws {TypeError} when `module` is no URL, or `name` is empty
 * @example
 * const add = moduleExport<(a: number, b: number) => number>(new URL("file:///app/math.js"), "add");
 * moduleExportOf(add); // => { module: "file:///app/math.js", name: "add" }
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what the export is only the caller knows
export function moduleExport<F extends (...args: never[]) => unknown>(module: string | URL, name: string): F {
  const reference: ModuleExport = { module: checkUrl(module), name: checkName(name) };
  const standIn = (): never => {
    throw new TypeError(
      `"${name}" of ${reference.module} is a reference, to be run in a worker; import it to call it here`,
    );
  };
  Object.defineProperty(standIn, "name", { value: name });
  Object.defineProperty(standIn, BRAND, { value: reference });
  return standIn as unknown as F;
}

/** The export that a function stands for; undefined for any other value. */
export function moduleExportOf(fn: unknown): ModuleExport | undefined {
  return typeof fn === "function" ? (fn as { [BRAND]?: ModuleExport })[BRAND] : undefined;
}

function checkUrl(module: string | URL): string {
  if (!URL.canParse(String(module))) {
    throw new TypeError(`module must be a URL, such as new URL("./work.js", import.meta.url), not ${String(module)}`);
  }
  return String(module);
}

function checkName(name: string): string {
  if (typeof name === "string" && name !== "") return name;
  throw new TypeError(`name must be the name of an export, not ${JSON.stringify(name)}`);
}
