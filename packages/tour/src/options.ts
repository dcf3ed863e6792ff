import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { Path } from "@anyio/fs";
import type { PlacedChapter } from "./chapters/index.js";
import type { IndexJob } from "./indexer/job.js";
import { UsageError } from "./told-error.js";

export type Command =
  | { readonly kind: "help" | "list" }
  | { readonly kind: "chapter"; readonly chapter: PlacedChapter }
  | { readonly kind: "tour" | "index"; readonly job: IndexJob };

export const USAGE = `npm start [-- [directory] [options]]

Without a directory: the chapters of the tour, then the indexer on this
repository. With one: only the indexer, on that directory. It counts lines and
words, and writes an index.

  --deadline <seconds>  stops then, and writes what there is (default 60)
  --limit <n>           how many files are read at once (default 16)
  --out <file>          where the index goes (default: index.json, here)
  --all                 looks into .git and node_modules too
  --serve               answers queries over TCP and TLS meanwhile, and from then
                        on until Ctrl-C; skips the chapters
  --port <n>            TCP's port for --serve, and the next one TLS's (default:
                        free ones)
  --list                the table of contents
  --chapter <n|name>    one chapter, by its number or its name, and nothing else
  --help                this

Ctrl-C stops the indexer, which writes what it has. NO_COLOR=1 prints without
colours. Exit codes: 0, also when the deadline was reached; 1 when the index
cannot be written; 2 when the command cannot be carried out. Interrupted, it
ends by the signal.
`;

const LEFT_OUT = [".git", "node_modules"];
/** What this repository's own tools make. */
const MADE = ["dist", ".turbo", ".reports"];
/** More are no hint. */
const MOST_HINTS = 3;
const REPOSITORY = resolve(import.meta.dirname, "../../..");

/**
 * Reads the command line.
 *
 * @throws {UsageError} when it doesn't add up
 */
export function parseCommand(args: readonly string[], chapters: readonly PlacedChapter[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { kind: "help" };
  const [directory, ...others] = positionals;
  if (others.length > 0) throw new UsageError(`one directory at a time, not ${positionals.length}; see --help`);
  for (const name of ["list", "chapter"] as const) {
    if (values[name] && directory !== undefined)
      throw new UsageError(`--${name} indexes nothing; leave out the directory`);
  }
  if (values.list) return { kind: "list" };
  if (values.chapter !== undefined) return { kind: "chapter", chapter: chapterOf(values.chapter, chapters) };
  if (directory !== undefined) refuseChapter(directory, chapters);
  if (values.port !== undefined && !values.serve) throw new UsageError("--port is for --serve");
  return {
    kind: directory === undefined && !values.serve ? "tour" : "index",
    job: {
      root: new Path(directory === undefined ? REPOSITORY : resolve(directory)),
      out: new Path(resolve(values.out ?? "index.json")),
      mayReplace: values.out !== undefined,
      deadline: seconds("--deadline", values.deadline) * 1000,
      limit: integer("--limit", values.limit, 1024),
      leftOut: values.all ? [] : directory === undefined ? [...LEFT_OUT, ...MADE] : LEFT_OUT,
      ...(values.serve && { port: values.port === undefined ? 0 : integer("--port", values.port, 65_534) }),
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      // `pnpm start -- --chapter 1` hands the dashes on.
      args: args[0] === "--" ? args.slice(1) : [...args],
      allowPositionals: true,
      options: {
        deadline: { type: "string", default: "60" },
        limit: { type: "string", default: "16" },
        out: { type: "string" },
        all: { type: "boolean", default: false },
        serve: { type: "boolean", default: false },
        port: { type: "string" },
        list: { type: "boolean", default: false },
        chapter: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    const [sentence] = (error instanceof Error ? error.message : String(error)).split(/[.\n]/);
    throw new UsageError(`${sentence}; see --help`, { cause: error });
  }
}

/** By its number, by its name, or by a part of the name that no other has. */
function chapterOf(text: string, chapters: readonly PlacedChapter[]): PlacedChapter {
  if (/^-?\d/.test(text)) {
    const number = integer("--chapter", text, chapters.length);
    return chapters[number - 1] as PlacedChapter;
  }
  const wanted = text.toLowerCase();
  const similar = wanted === "" ? [] : chapters.filter(({ name }) => name.includes(wanted));
  const found = similar.find(({ name }) => name === wanted) ?? (similar.length === 1 ? similar[0] : undefined);
  if (found) return found;
  const hint =
    similar.length > 0 && similar.length <= MOST_HINTS
      ? `did you mean ${similar.map(({ name }) => name).join(" or ")}?`
      : "--list shows them all";
  throw new UsageError(`no chapter is called "${text}"; ${hint}`);
}

/** Somebody has left out --chapter, or the dashes between `npm start` and it. */
function refuseChapter(directory: string, chapters: readonly PlacedChapter[]): void {
  const meant = chapters.find(({ number, name }) => directory === String(number) || directory === name);
  if (meant === undefined || existsSync(directory)) return;
  throw new UsageError(`no directory is called "${directory}"; for the chapter: npm start -- --chapter ${directory}`);
}

function integer(option: string, text: string, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new UsageError(`${option} is a whole number from 1 to ${most}, not "${text}"`);
}

function seconds(option: string, text: string): number {
  const number = Number(text);
  if (number > 0 && number < Infinity) return number;
  throw new UsageError(`${option} is a number of seconds greater than 0, not "${text}"`);
}
