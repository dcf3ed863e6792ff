import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Server } from "node:http";
import { chromium as driver, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromium } from "./chromium.js";
import { serve } from "./site.js";

const found = chromium();
const reason = "missing" in found ? found.missing : undefined;
/** Where to leave pictures of the pages: `ANYIO_SHOTS=/tmp/shots npm run docs:test`. */
const shots = process.env["ANYIO_SHOTS"];

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

describe.skipIf(reason !== undefined)(
  `the site in a browser${reason === undefined ? "" : `: skipped, ${reason}`}`,
  () => {
    const missing: string[] = [];
    const complaints: string[] = [];
    let server: Server;
    let url: string;
    let browser: Browser;

    beforeAll(async () => {
      ({ server, url } = await serve(missing));
      browser = await driver.launch({
        executablePath: "path" in found ? found.path : "",
        args: ["--no-sandbox", "--disable-gpu"],
      });
    });

    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    it("leads from the first page to a guide, and on", async () => {
      await using page = await open("/");

      await page.getByRole("link", { name: "Start in five minutes" }).click();
      await expectTitle(page, "Getting started");
      await page.locator(".VPSidebar").getByRole("link", { name: "Task groups" }).click();
      await expectTitle(page, "Task groups");
      await page.locator(".pager-link.next").click();
      await expectTitle(page, "Sync");
      await page.locator(".VPNavBar").getByRole("link", { name: "Recipes" }).click();
      await expectTitle(page, "HTTP server");
    });

    it("leads from a name in code to its place in the reference", async () => {
      await using page = await open("/guide/cancellation");

      await page.locator(".vp-doc").getByRole("link", { name: "failAfter(ms, fn)" }).first().click();
      await page.waitForURL("**/reference/core#failafter");
      await expectTitle(page, "@anyio/core");
    });

    it("finds what is searched for", async () => {
      await using page = await open("/");

      await page.locator("#local-search button").first().click();
      await page.locator("#localsearch-input").fill("foreign promises");
      const first = page.locator("#localsearch-list li a").first();
      await first.waitFor();
      await shot(page, "search");
      await first.click();
      await page.waitForURL("**/guide/cancellation#the-limits-foreign-promises");
    });

    it("opens its menu where it is narrow", async () => {
      await using page = await open("/guide/cancellation", { viewport: NARROW });

      await page.locator(".VPLocalNav .menu").click();
      await page.locator(".VPSidebar.open").getByRole("link", { name: "Streams" }).click();
      await expectTitle(page, "Streams");
    });

    it.each([
      ["wide and light", WIDE, "light"],
      ["wide and dark", WIDE, "dark"],
      ["narrow and light", NARROW, "light"],
      ["narrow and dark", NARROW, "dark"],
    ] as const)("fits its window, %s", async (name, viewport, colorScheme) => {
      await using page = await open("/", { viewport, colorScheme });
      for (const path of ["/", "/guide/cancellation", "/coming-from/python", "/reference/core"]) {
        await page.goto(url + path);

        expect(await page.locator("html.dark").count()).toBe(colorScheme === "dark" ? 1 : 0);
        // Nothing makes the page itself wider than its window.
        const width = await page.evaluate("document.documentElement.scrollWidth");
        expect(width, `the width of ${path}`).toBeLessThanOrEqual(viewport.width);
        await shot(page, `${path.slice(1).replaceAll("/", "-") || "first"}-${name.replaceAll(" ", "-")}`);
      }
    });

    it("has asked for nothing that is not there, and complained of nothing", () => {
      expect(missing).toEqual([]);
      expect(complaints).toEqual([]);
    });

    async function open(path: string, options: BrowserContextOptions = {}): Promise<Page & AsyncDisposable> {
      const context = await browser.newContext({ viewport: WIDE, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") complaints.push(`${path}: ${message.text()}`);
      });
      page.on("pageerror", (error) => complaints.push(`${path}: ${error.message}`));
      await page.goto(url + path);
      return Object.assign(page, { [Symbol.asyncDispose]: () => context.close() });
    }

    async function expectTitle(page: Page, title: string): Promise<void> {
      await page.locator(".vp-doc h1", { hasText: title }).waitFor();
    }

    async function shot(page: Page, name: string): Promise<void> {
      if (shots === undefined) return;
      mkdirSync(shots, { recursive: true });
      await page.screenshot({ path: join(shots, `${name}.png`) });
    }
  },
);
