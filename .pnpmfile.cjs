module.exports = {
  hooks: {
    // "@anyio/source" leads our own tools to the sources, which are not published.
    beforePacking(manifest) {
      for (const door of Object.values(manifest.exports ?? {})) {
        if (typeof door === "object") delete door["@anyio/source"];
      }
      return manifest;
    },
  },
};
