import { existsSync, readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";

const root = import.meta.dirname;

/** Set by the runtime matrix: the packages are then what `node_modules` says, that is, what is built. */
const built = process.env["ANYIO_TEST_BUILT"] === "1";

const sources = [
  { find: /^@anyio\/([^/]+)$/, replacement: `${root}/packages/$1/src/index.ts` },
  { find: /^@anyio\/([^/]+)\/(.+)$/, replacement: `${root}/packages/$1/src/$2.ts` },
];

const packages = readdirSync(`${root}/packages`).filter((name) => existsSync(`${root}/packages/${name}/test`));

export default defineConfig({
  test: {
    projects: [project("workspace", root), ...packages.map((name) => project(name, `${root}/packages/${name}`))],
  },
});

function project(name: string, dir: string) {
  return {
    resolve: {
      alias: [...(built ? [] : sources), { find: /^#support\/(.+)$/, replacement: `${root}/test/support/$1.ts` }],
    },
    test: {
      name,
      root: dir,
      include: ["test/**/*.test.ts"],
      pool: "forks" as const,
      // What is built is loaded by the runtime itself, untouched by vitest.
      server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    },
  };
}
