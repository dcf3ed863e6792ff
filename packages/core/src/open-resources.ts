import { isDebug } from "./internal/debug.js";
import { noteEnded, witnessOf } from "./internal/witnesses.js";
import { ambient } from "./internal/realm.js";
import { isTracing, originIn, recordOrigin } from "./internal/origin.js";
import { warn } from "./internal/warn.js";

/**
 * Says that a resource is open from here on. In debug mode a process warning, code `ANYIO_UNCLOSED`, with where it was opened tells of one
 * that is collected before {@link noteClosed}; a {@link witness} is told of one that was not closed at all.
 *
 * @param what what people call the resource
 * @param holds "memory" where it holds nothing of the system's, so that to forget it is no leak
 */
export function noteOpened(resource: object, what: string, holds: "system" | "memory" = "system"): void {
  if (!isTracing()) return;
  const scope = ambient();
  const witness = holds === "system" ? witnessOf(scope) : null;
  if (witness === null && !isDebug()) return;
  // Keep the error away from the note, which lives as long as the resource: on Deno an error holds on to what was called, and so to that.
  const here = {};
  recordOrigin(here);
  const note = { what, origin: originIn(scope, here) };
  witness?.opened(resource, what, note.origin);
  if (!isDebug()) return;
  opened ??= new FinalizationRegistry(warnOf);
  opened.register(resource, note, resource);
}

/** Says that a resource has been closed. */
export function noteClosed(resource: object): void {
  noteEnded(resource);
  opened?.unregister(resource);
}

interface Note {
  readonly what: string;
  readonly origin: string;
}

// Made on first use, for importing the package must have no effect.
let opened: FinalizationRegistry<Note> | undefined;

function warnOf({ what, origin }: Note): void {
  warn(
    "ANYIO_UNCLOSED",
    `${what} was collected without having been closed; close it, or declare it with using`,
    origin,
  );
}
