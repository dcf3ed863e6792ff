// What a changeset becomes in a CHANGELOG.md: its words, for users, without the commit they came with.

/** A first release is no news to those who depend on it: they have never had another. */
const UNRELEASED = "0.0.0";

/** A changeset, in the changelog of each package that it names. */
async function getReleaseLine({ summary }) {
  return `- ${summary.trim().replaceAll(/\n(?=.)/g, "\n  ")}`;
}

/** What a package is told that moves because others have. */
async function getDependencyReleaseLine(_changesets, updated) {
  const names = updated
    .filter(({ oldVersion }) => oldVersion !== UNRELEASED)
    .map(({ name, newVersion }) => `\`${name}@${newVersion}\``);
  return names.length === 0 ? "" : `- Takes ${names.join(", ")}.`;
}

module.exports = { getReleaseLine, getDependencyReleaseLine };
