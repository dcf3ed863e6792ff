// Makes the pages that are not written here: the packages' READMEs, and the reference from their docstrings.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { Application } from "typedoc";
import { root } from "../../scripts/lib/run.mjs";
import { tidied } from "./tidied.mjs";
import { docs, doors, foreignPages, pageOf, siteLink } from "./site.mjs";

const INTRODUCTION = `Everything that the packages export, made from its docstrings. The umbrella, \`anyio\`, offers all of it but
\`@anyio/testing\` and \`@anyio/vitest\`.`;

for (const folder of ["packages", "reference"]) rmSync(join(docs, folder), { recursive: true, force: true });
foreignPages().forEach(copy);
await writeReference(doors());

/** @param {string} file */
function copy(file) {
  const page = pageOf(file);
  if (page === undefined) throw new Error(`${file} has no page`);
  const path = join(docs, page);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, withSiteLinks(readFileSync(join(root, file), "utf8"), file, page));
}

/**
 * Links lead from page to page; one that leads to a file without a page is left as its text.
 *
 * @param {string} text
 * @param {string} file
 * @param {string} page
 */
function withSiteLinks(text, file, page) {
  return text.replaceAll(/(?<!!)\[(?<label>[^\]]*)\]\((?<href>[^)\s]+)\)/g, (link, label, href) => {
    if (/^(?:[a-z]+:|#)/.test(href)) return link;
    const target = siteLink(file, href);
    if (target === undefined) return label;
    const [path = "", hash] = target.split("#");
    return `[${label}](${relative(dirname(page), path)}${hash ? `#${hash}` : ""})`;
  });
}

/** @param {import("./site.mjs").Door[]} all */
async function writeReference(all) {
  const app = await Application.bootstrapWithPlugins({
    plugin: ["typedoc-plugin-markdown"],
    entryPoints: all.map(({ source }) => source),
    tsconfig: join(docs, "tsconfig.reference.json"),
    outputs: [{ name: "markdown", path: join(docs, "reference") }],
    readme: "none",
    logLevel: "Warn",
    // `npm run types` does that.
    skipErrorChecking: true,
    disableSources: true,
    excludeExternals: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeProtected: true,
    githubPages: false,
    sort: ["source-order"],
    preservedTypeAnnotationTags: ["@throws"],
    validation: { notExported: false, invalidLink: true, notDocumented: false, invalidPath: false },
    // oxlint-disable-next-line unicorn/no-useless-spread -- they are the plugin's, which TypeDoc's types know nothing of
    ...{
      outputFileStrategy: "modules",
      flattenOutputFiles: true,
      hidePageHeader: true,
      hideBreadcrumbs: true,
      hideGroupHeadings: true,
      parametersFormat: "table",
      tableColumnSettings: { hideDefaults: true },
      formatWithPrettier: false,
      useHTMLAnchors: false,
    },
  });
  const project = await app.convert();
  if (project === undefined) throw new Error("the reference cannot be made: the sources have errors");
  const sources = join(root, "packages");
  for (const module of project.children ?? []) {
    const door = all.find(({ source }) => module.name === relative(sources, source).replace(/(?:\/index)?\.ts$/, ""));
    if (door === undefined) throw new Error(`there is no door for ${module.name}`);
    module.name = door.module;
  }
  for (const reflection of Object.values(project.reflections)) namesErrors(reflection.comment);
  await app.generateOutputs(project);

  const fileOf = (/** @type {string} */ module) => `${module.replaceAll("/", ".")}.md`;
  for (const { module, page } of all) {
    const file = join(docs, "reference", fileOf(module));
    const text = all.reduce(
      (text, door) => text.replaceAll(`](${fileOf(door.module)}`, `](${basename(door.page)}`),
      readFileSync(file, "utf8"),
    );
    rmSync(file);
    writeFileSync(join(docs, page), tidied(text));
  }
  const list = all.map(({ module, page }) => `- [\`${module}\`](${basename(page)})`);
  writeFileSync(join(docs, "reference/index.md"), `# Reference\n\n${INTRODUCTION}\n\n${list.join("\n")}\n`);
  rmSync(join(docs, "reference/README.md"));
}

/**
 * The plugin leaves out of `@throws {X} when …` what is thrown.
 *
 * @param {import("typedoc").Comment | undefined} comment
 */
function namesErrors(comment) {
  for (const tag of comment?.getTags("@throws") ?? []) {
    const type = tag.typeAnnotation?.replaceAll(/[{}]/g, "");
    if (type !== undefined) tag.content.unshift({ kind: "text", text: `- \`${type}\` ` });
  }
}
