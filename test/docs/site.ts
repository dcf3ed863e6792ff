import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

/** What `npm run docs:build` has made. */
const site = join(import.meta.dirname, "../../docs/.vitepress/dist");

/** The pages of the site, by their addresses, as text. */
export function pages(): Map<string, string> {
  const files = readdirSync(site, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"));
  return new Map(files.map((name) => [`/${name}`, readFileSync(join(site, name), "utf8")]));
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".woff2": "font/woff2",
};

/** Serves the site as a plain file server does, and keeps what was asked for and not there. */
export async function serve(missing: string[]): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const body = contentOf(path);
    if (body === undefined) missing.push(path);
    response.writeHead(body === undefined ? 404 : 200, {
      "content-type": TYPES[extname(path) || ".html"] ?? "text/plain",
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A page's address may come without its `.html`. */
function contentOf(path: string): Buffer | undefined {
  const name = path.endsWith("/") ? `${path}index.html` : path;
  for (const candidate of [name, `${name}.html`]) {
    try {
      return readFileSync(join(site, candidate));
    } catch {
      // The next one.
    }
  }
  return undefined;
}
