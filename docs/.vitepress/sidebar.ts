import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DefaultTheme } from "vitepress";
import { docs } from "../scripts/site.mjs";

const GUIDE = {
  "Cancellation and timeouts": "cancellation",
  "Task groups": "task-groups",
  Sync: "sync",
  Streams: "streams",
  Net: "net",
  Subprocesses: "subprocesses",
  Threads: "threads",
  Files: "files",
  Signals: "signals",
  Functools: "functools",
  Testing: "testing",
  "Writing a primitive": "writing-a-primitive",
  "When it goes wrong": "troubleshooting",
};

const COMING_FROM = {
  "Python's AnyIO and Trio": "python",
  "Promise.all and AbortController": "promises",
  "p-limit": "p-limit",
  Effect: "effect",
  Effection: "effection",
};

const RECIPES = {
  "HTTP server": "http-server",
  "Graceful shutdown": "graceful-shutdown",
  "Worker pools": "worker-pools",
  "Retry with a deadline": "retry",
  "Connection pool": "connection-pool",
  WebSocket: "websocket",
  "Testing a service": "testing",
};

/** The same on every page: it is short enough to be looked through. */
export function sidebar(): DefaultTheme.SidebarItem[] {
  return [
    { text: "Getting started", link: "/getting-started" },
    section("Guide", "guide", GUIDE),
    section("Coming from", "coming-from", COMING_FROM),
    section("Recipes", "recipes", RECIPES),
    folder("Packages", "packages"),
    folder("Reference", "reference"),
    { text: "Inside", items: [{ text: "The kernel", link: "/kernel" }] },
  ];
}

function section(text: string, folder: string, pages: Readonly<Record<string, string>>): DefaultTheme.SidebarItem {
  const written = Object.entries(pages).filter(([, page]) => existsSync(join(docs, folder, `${page}.md`)));
  return { text, items: written.map(([text, page]) => ({ text, link: `/${folder}/${page}` })) };
}

function folder(text: string, name: string): DefaultTheme.SidebarItem {
  const pages = readdirSync(join(docs, name))
    .map((file) => file.replace(/\.md$/, ""))
    .filter((page) => page !== "index")
    .toSorted();
  return {
    text,
    link: `/${name}/`,
    collapsed: true,
    items: pages.map((page) => ({ text: page, link: `/${name}/${page}` })),
  };
}
