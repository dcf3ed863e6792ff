/** Parts of a description that say nothing new. */
const DROPPED = /^(?:Overrides|Inherited from|Extended by|Implementation of|Type Parameters|See)$/;
/** Groups of members: each says itself what it is. */
const GROUP = /^(?:Constructors|Accessors|Properties|Methods|Events|(?:Get|Set|Call|Index) Signature|Indexable)$/;
/** Parts that are no headings of a page. */
const SMALL = /^(?:Extends|Implements|Parameters|Returns|Throws|Example|Examples|Default Value|Default)$/;

/**
 * Keeps the headings of what is exported and of its members, and makes the rest plain text.
 *
 * @param {string} text
 */
export function tidied(text) {
  /** @type {string[]} */
  const lines = [];
  let dropping = false;
  let last = "";
  for (const line of text.split("\n")) {
    const heading = /^#{2,6} (?<title>.*)$/.exec(line)?.groups?.["title"];
    if (heading === undefined) {
      if (line === "***") dropping = false;
      if (!dropping) lines.push(line);
      continue;
    }
    dropping = DROPPED.test(heading);
    if (dropping || GROUP.test(heading)) continue;
    if (!SMALL.test(heading)) lines.push(line);
    else if (heading !== "Throws" || last !== "Throws") lines.push(`**${heading}**`);
    last = heading;
  }
  return lines.join("\n").replaceAll(/\n{3,}/g, "\n\n");
}
