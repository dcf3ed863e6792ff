import { realm } from "./internal/realm.js";

const { process } = globalThis as { process?: NodeJS.Process };

/**
 * Calls back as the process ends, with or without its scopes having been left: at its natural end, by `process.exit()`, by an error that
 * nobody caught, by a second signal to `run()`. For what has to be done then at once and can be, such as killing a child. A process that is
 * killed from outside calls nobody.
 *
 * @param callback called once at most; it has no time to wait for anything
 * @returns ends that
 * @example
 * console.log("working"); // => working
 * atExit(() => {
 *   console.log("and out"); // => and out
 * });
 */
export function atExit(callback: () => void): () => void {
  const { lastWords } = realm;
  if (count++ === 0) process?.on("exit", speakLastWords);
  // An object of its own: one function may be given twice.
  const entry = { callback };
  lastWords.add(entry);
  return () => {
    if (lastWords.delete(entry) && --count === 0) process?.off("exit", speakLastWords);
  };
}

// Of this copy of the package: another has a listener of its own, for the same words.
let count = 0;

/** Calls back all who want to know that the process ends. One that throws stops no other. */
export function speakLastWords(): void {
  for (const entry of realm.lastWords) {
    realm.lastWords.delete(entry);
    try {
      entry.callback();
    } catch (error) {
      console.error(error);
    }
  }
}
