import { defineConfig } from "vitepress";
import { HOME, ICON } from "./home.js";
import { slug } from "../scripts/site.mjs";
import { inlinePictures } from "./inline-pictures.js";
import { linkFiles } from "./link-files.js";
import { linkNames } from "./link-names.js";
import { pagesBeforeMembers } from "./search.js";
import { sidebar } from "./sidebar.js";

// oxlint-disable-next-line import/no-default-export -- VitePress looks for it.
export default defineConfig({
  title: "AnyIO for TypeScript",
  description: "Structured concurrency for plain async/await, on Node.js, Bun and Deno.",
  // Without a file of it, browsers ask for /favicon.ico.
  head: [["link", { rel: "icon", href: `data:image/svg+xml,${encodeURIComponent(ICON)}` }]],
  cleanUrls: true,
  rewrites: { "README.md": "index.md" },
  markdown: {
    anchor: { slugify: slug },
    // Comments tell what is printed, and have to be read in the dark too.
    theme: { light: "github-light", dark: "github-dark-default" },
    config(md) {
      md.use(linkFiles);
      md.use(linkNames);
      md.use(inlinePictures);
    },
  },
  transformPageData({ relativePath, frontmatter }) {
    if (relativePath === "index.md") return { frontmatter: { ...frontmatter, ...HOME } };
    // Members are too many to be listed.
    if (relativePath.startsWith("reference/")) return { frontmatter: { ...frontmatter, outline: 2 } };
    // Programs and wide tables need the room of the outline. It is hidden, not left out: one that goes away while the page scrolls
    // makes VitePress throw.
    if (/^(?:recipes|coming-from|packages)\//.test(relativePath))
      return { frontmatter: { ...frontmatter, pageClass: "wide" } };
    return undefined;
  },
  themeConfig: {
    search: {
      provider: "local",
      options: { miniSearch: { searchOptions: { boostDocument: pagesBeforeMembers } } },
    },
    nav: [
      { text: "Start", link: "/getting-started" },
      { text: "Guide", link: "/guide/cancellation", activeMatch: "^/guide/" },
      { text: "Coming from", link: "/coming-from/python", activeMatch: "^/coming-from/" },
      { text: "Recipes", link: "/recipes/http-server", activeMatch: "^/recipes/" },
      { text: "Packages", link: "/packages/", activeMatch: "^/packages/" },
      { text: "Reference", link: "/reference/", activeMatch: "^/reference/" },
    ],
    sidebar: sidebar(),
    outline: { level: [2, 3] },
    docFooter: { prev: "Before", next: "Next" },
  },
});
