import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { Path } from "@anyio/fs";
import type { IndexJob } from "./indexer/job.js";
import { UsageError } from "./told-error.js";

export type Command =
  | { readonly kind: "help" }
  | { readonly kind: "chapter"; readonly number: number }
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
  --chapter <n>         one chapter, by its number, and nothing else
  --help                this

Ctrl-C stops the indexer, which writes what it has. NO_COLOR=1 prints without
colours. Exit codes: 0, also when the deadline was reached; 1 when the index
cannot be written; 2 when the command cannot be carried out. Interrupted, it
ends by the signal.
`;

const LEFT_OUT = [".git", "node_modules"];
/** What this repository's own tools make. */
const MADE = ["dist", ".turbo", ".reports"];
const REPOSITORY = resolve(import.meta.dirname, "../../..");

/**
 * Reads the command line.
 *
 * @throws {UsageError} when it doesn't add up
 */
export function parseCommand(args: readonly string[], chapters: number): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { kind: "help" };
  const [directory, ...others] = positionals;
  if (others.length > 0) throw new UsageError(`one directory at a time, not ${positionals.length}; see --help`);
  if (values.chapter !== undefined) {
    if (directory !== undefined) throw new UsageError("--chapter indexes nothing; leave out the directory");
    return { kind: "chapter", number: integer("--chapter", values.chapter, chapters) };
  }
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
        chapter: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    const [sentence] = (error instanceof Error ? error.message : String(error)).split(/[.\n]/);
    throw new UsageError(`${sentence}; see --help`, { cause: error });
  }
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
