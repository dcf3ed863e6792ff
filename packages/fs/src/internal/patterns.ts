import type { Flavour } from "./lexical.js";

/** Whether a name of a pattern stands for more than itself. */
export function isWild(name: string): boolean {
  return /[*?[]/.test(name);
}

/** What a single name has to match; `**` is as good as `*` here. */
export function namePattern(name: string, isCaseSensitive: boolean): RegExp {
  return compile(sourceOf(name, "[^]"), isCaseSensitive);
}

/** What a whole path has to match, as text: `**` stands for any number of names. */
export function pathPattern(names: readonly string[], { separator }: Flavour, isCaseSensitive: boolean): RegExp {
  const escaped = escape(separator);
  const one = `[^${escaped}]`;
  const parts = names.map((name, i) => {
    const isLast = i === names.length - 1;
    if (name === "**") {
      if (isLast) return "[^]*";
      return names[i + 1] === "**" ? "" : `(?:[^]+${escaped})?`;
    }
    return (name === "*" ? `${one}+` : sourceOf(name, one, i)) + (isLast ? "" : escaped);
  });
  return compile(parts.join(""), isCaseSensitive);
}

function compile(source: string, isCaseSensitive: boolean): RegExp {
  return new RegExp(`^${source}$`, isCaseSensitive ? "u" : "iu");
}

/**
 * `one` is what a `?` stands for; `at` tells the names of one pattern apart.
 *
 * What a star takes is decided once: all but the last take as little as they can. Otherwise a name with many stars takes for ever.
 */
function sourceOf(name: string, one: string, at = 0): string {
  const [first = "", ...others] = piecesOf(name, one);
  const last = others.pop();
  if (last === undefined) return first;
  const middle = others.map((piece, i) => `(?=(?<star${at}_${i}>${one}*?${piece}))\\k<star${at}_${i}>`);
  return `${first}${middle.join("")}${one}*${last}`;
}

/** What stands before, between and behind the stars. */
function piecesOf(name: string, one: string): string[] {
  const pieces = [""];
  const append = (source: string): void => void pieces.push(`${pieces.pop()}${source}`);
  for (let i = 0; i < name.length;) {
    const set = name[i] === "[" ? SET.exec(name.slice(i)) : null;
    if (set?.groups !== undefined) {
      append(setOf(set.groups["members"] as string, set.groups["not"] === "!", one));
      i += set[0].length;
      continue;
    }
    const character = String.fromCodePoint(name.codePointAt(i) as number);
    if (character === "*") pieces.push("");
    else append(character === "?" ? one : escape(character));
    i += character.length;
  }
  return pieces;
}

// A bracket that comes first is a member; without one that closes, the opening one stands for itself.
const SET = /^\[(?<not>!?)(?<members>\]?[^\]]*)\]/u;

function setOf(members: string, isNegated: boolean, one: string): string {
  const characters = Array.from(members);
  let source = "";
  for (let i = 0; i < characters.length; i++) {
    const [first = "", dash, last] = characters.slice(i, i + 3);
    if (dash !== "-" || last === undefined) {
      source += escape(first);
      continue;
    }
    // A range that is upside down holds nothing.
    if ((first.codePointAt(0) ?? 0) <= (last.codePointAt(0) ?? 0)) source += `${escape(first)}-${escape(last)}`;
    i += 2;
  }
  if (source === "") return isNegated ? one : "(?!)";
  return `(?=${one})[${isNegated ? "^" : ""}${source}]`;
}

function escape(text: string): string {
  return text.replaceAll(/[$()*+\-./?[\\\]^{|}]/g, String.raw`\$&`);
}
