import { failAfter, moveOnAfter, remaining, sleep, TimeoutError } from "@anyio/core";
import type { Narrator } from "../narrator.js";

export const title = "Deadlines";

export async function tell(say: Narrator): Promise<void> {
  say.about(
    "A deadline belongs to a block, and holds for everything in it, however deep. Nobody passes a signal along.",
  );

  say.part("failAfter: being late is an error");
  try {
    await failAfter(100, () => loadPage(say, "search"), { reason: "loading the page" });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    say.step(`${error.name}: ${error.message}`);
  }

  say.part("moveOnAfter: being late is an answer");
  const page = await moveOnAfter(100, () => loadPage(say, "search"));
  say.step(`page = ${page}; going on with the cached one`);

  say.part("Nested: the nearest deadline counts, and each error names its own block");
  try {
    await failAfter(200, () => loadAll(say), { reason: "loading all pages" });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    say.step(`${error.name}: ${error.message}`);
  }

  say.lesson(
    "The limit of the whole bounds the limits of its parts, so timeouts compose: a library's own 10 seconds never " +
      "outlive the 200 ms of its caller. A late error says what was being waited for.",
  );
}

async function loadAll(say: Narrator): Promise<void> {
  for (const name of ["news", "search", "weather"]) {
    try {
      say.step(`"${name}" may take 100 ms; the whole has ${Math.round(remaining())} ms left`);
      await failAfter(100, () => loadPage(say, name), { reason: `page "${name}"` });
    } catch (error) {
      // The late page is this loop's business; the end of the whole is a cancellation here, and passes through.
      if (!(error instanceof TimeoutError)) throw error;
      say.step(`skipped: ${error.message}`);
    }
  }
}

async function loadPage(say: Narrator, name: string): Promise<string> {
  await sleep(name === "news" ? 50 : 10_000);
  say.step(`"${name}" is loaded`);
  return `<h1>${name}</h1>`;
}
