const { relative } = require("node:path");

module.exports = {
  hooks: {
    beforePacking(manifest, dir) {
      // "@anyio/source" leads our own tools to the sources, which are not published.
      for (const door of Object.values(manifest.exports ?? {})) {
        if (typeof door === "object") delete door["@anyio/source"];
      }
      // A package's provenance names the repository that it was built in, and its manifest has to name the same one.
      const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
      if (server && repository) {
        manifest.repository = {
          type: "git",
          url: `git+${server}/${repository}.git`,
          directory: relative(__dirname, dir).replaceAll("\\", "/"),
        };
      }
      return manifest;
    },
  },
};
