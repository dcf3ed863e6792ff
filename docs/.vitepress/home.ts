import { join } from "node:path";
import { docs } from "../scripts/site.mjs";
import { drawing } from "./drawing.js";

/** Nested scopes, the innermost one filled. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke="#0f766e" stroke-width="3">
  <rect x="2" y="2" width="28" height="28" rx="8"/>
  <rect x="9" y="9" width="14" height="14" rx="4" fill="#14b8a6"/>
</svg>`;

/** What the first page of the site has above its text. */
export const HOME = {
  layout: "home",
  hero: {
    name: "AnyIO",
    text: "for TypeScript",
    tagline: "Structured concurrency for plain async/await: nothing leaks, nothing hangs, no error is lost.",
    image: {
      light: drawingIn("#3c3c43"),
      dark: drawingIn("#dfdfd6"),
      alt: "Promise.all throws while the other task goes on; withTaskGroup throws when it has cleaned up and ended",
    },
    actions: [
      { theme: "brand", text: "Start in five minutes", link: "/getting-started" },
      { theme: "alt", text: "Why", link: "/guide/cancellation" },
      { theme: "alt", text: "Coming from Python", link: "/coming-from/python" },
    ],
  },
  features: [
    {
      title: "No orphans",
      details:
        "When a scope or task group returns, everything started inside it has finished: tasks, timers, sockets, threads, whole process trees.",
    },
    {
      title: "Level cancellation",
      details:
        "A cancelled scope stays cancelled. Timeouts time out, whatever the code in between catches or swallows.",
    },
    {
      title: "Nothing lost",
      details: "Every error reaches the caller; a cancelled operation loses no item, permit, byte or process.",
    },
    {
      title: "One behaviour everywhere",
      details: "The same suite passes on Node.js 20, 22, 24 and 26, on Bun and on Deno.",
    },
  ],
};

/** The drawing of tasks that end together, in a colour for its text. */
function drawingIn(colour: string): string {
  const svg = drawing(join(docs, "pictures/task-group.svg"), `color="${colour}"`);
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
