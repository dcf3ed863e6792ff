import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, Program, tour } from "./program.js";
import { tempDir } from "./temp-dir.js";

const sources = join(import.meta.dirname, "../src/chapters");
const files = readdirSync(sources).filter((name) => /^\d/.test(name));

/** What the chapters are called, by their files. */
function titles(): (string | undefined)[] {
  return files.map((file) => /^export const title = "(.*)";$/m.exec(readFileSync(join(sources, file), "utf8"))?.[1]);
}

describe("the whole tour", () => {
  const dir = mkdtempSync(join(tmpdir(), "anyio-tour-"));
  let whole: Ended;
  let chapters: string[];

  beforeAll(async () => {
    whole = await tour([], dir);
    // Claims are sought in sentences, not in lines.
    chapters = whole.stdout.split(/^(?:\d+\.|The main job:) /m).map((text) => text.replaceAll(/\s+/g, " "));
  }, 60_000);

  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("ends well, in less than 30 seconds, without colours in a pipe", () => {
    expect(whole).toMatchObject({ code: 0, signal: null });
    // Where the indexer takes its time, it says how far it is.
    expect(whole.stderr).toMatch(/^([\d,]+ of [\d,]+\+? files\n)*$/);
    expect(whole.took).toBeLessThan(30_000);
    expect(whole.stdout).not.toContain("\u001B");
  });

  const claims: [number, RegExp[]][] = [
    [1, [/asking mirror 2 \d+ ms it should have ended 1200 ms ago/, /mirror 3 failed.* it has ended/]],
    [2, [/b\.zip is here \d+ ms the group has returned; tasks left running: 0/, /results: 800 and 900/]],
    [
      3,
      [/cancelled by its sibling.*caught by an ordinary instanceof/, /HttpError got 503 and 409.*DiskError got backup/],
    ],
    [
      4,
      [
        /loading the page did not finish within 100 ms/,
        /page = undefined/,
        /skipped: page "search".*loading all pages/,
      ],
    ],
    [5, [/the rollback was refused/, /With a shield .* 100 given back to Ada/, /did not finish within 200 ms/]],
    [
      6,
      [/ready on port 8080/, /heartbeat: stopped \d+ ms server: closed/, /start\(\) has thrown: port 8080 is in use/],
    ],
    [7, [/still running: 1 .*for nobody: 4096/, /far: cancelled, connection closed.*still running: 0/]],
    [8, [/shipping #\d+, \d+ ms, waiting for task "payment"/, /deadline in 29\.\d s/, /sleep\(600\), shielded/]],
    [
      9,
      [
        /stopped with \d\d pictures in memory/,
        /3 of 3; the camera waits .* everything is uploaded/,
        /the camera is told: every receiving end .* is closed/,
      ],
    ],
    [
      10,
      [
        /the other shops fail: this sending end .* is closed/,
        /ends still open: 2 .* still open: 1 .* still open: 0 .* both packers have gone home/,
        /packer 1 \S*[nse]1─.* packer 2 \S*[nse]1─/,
      ],
    ],
    [11, [/refused: [1-7] of 7/, /page 4 ·+█+ .*nobody was refused/, /1 has it, \d wait\. Now there are four/]],
    [12, [/Eve arrives \d+ ms Eve stands before open doors/, /open for 2 who wait .* Eve walks in .* isSet = true/]],
    [13, [/blue van leaves; parcels in the yard: -2/, /van leaves, 1 left .* van leaves, 0 left/]],
    [
      14,
      [
        /it is still not closed: it waits/,
        /was told 'how are you\?' .* the body ends.* server: a connection ends .* the group has returned/,
        /server: told of SyntaxError.* was told nothing .*was told 'hello, Ada'/,
      ],
    ],
    [
      15,
      [
        /bank\.test: TLSv1\.3/,
        /casino\.test: refused, Hostname.* nobody's word: refused, self-signed certificate/,
        /standardCompatible: false .* the order is "pay 100"; paid .* "pay 100" is no order/,
      ],
    ],
    [16, [/crash: daemon\.sock is there .* EADDRINUSE.* was told 'I am fine' .* end: daemon\.sock is gone/]],
    [17, [/asking again .* it is 21 .* it is 22/, /3 kept, 5 dropped .* reading 6/]],
    [18, [/by UDP: 2\d\d\d-.* by TCP: 2\d\d\d-.* closing both .* exit code null, signal SIGTERM/]],
    [
      19,
      [
        /sort -u: apple, pear .* CalledProcessError sort 'no such file' exited with code/,
        /killed by SIGTERM .* build (█+) compiler \1█{4}.* it; the tour did/,
        /did not finish within 300 ms .* build (█+) compiler (?!\1█{4})/,
      ],
    ],
    [
      20,
      [
        /37 °C: 99 °F .* with exit code 0/,
        /1?\d in, 0 out .* nothing moves: .* 24 in, 24 out/,
        /ignores SIGTERM.* it has ended by SIGKILL/,
      ],
    ],
    [
      21,
      [
        /In the event loop .* heart ♥[♥·]*·{10}[♥·]* rows 1 to 5 .* In worker processes.* heart ♥[♥·]*♥[♥·]*♥/,
        /@{10}.* BrokenWorkerError: .* was killed by SIGKILL/,
        /its neighbour: 12321.* given up, and killed/,
      ],
    ],
    [
      22,
      [
        /AbortError.* [1-5]?\d of 64 MiB .* cancelled .* write\(\) has returned: 64 MiB .* 64 of 64 MiB/,
        /found: ERROR disk full .* at byte 34; .*: in save\(\)/,
        /index\.html index\.md guide\/ errors\.html .* gone, with all in it/,
      ],
    ],
    [
      23,
      [
        /connected to Oslo .* connected to Rome/,
        /Bob: Good evening, Bob! .* Ada, still on her connection: Good morning, Ada!/,
        /kept what it had: .* signal SIGTERM/,
      ],
    ],
    [
      24,
      [
        /In the event loop .* heart ♥[♥·]*·{5}[♥·]* image 1 ░+▒+▓+█+ .* In worker threads.* heart ♥[♥·]*♥[♥·]* image 1 ░+▒+▓+█/,
        /4 of 4 checksums are the same .* 16 of 64 MiB .* 32 of 64 MiB (?!.*48 of).* found out by itself/,
      ],
    ],
    [
      25,
      [
        /the search has ended: false \d+ ms the timer of 100 ms goes off/,
        /TimeoutError: .* did not finish within 100 ms.* the next search finds: true/,
        /after \d+ tries .* [1-9]\d% shorter/,
        /wait: caller (█+) wait: thread █+ abandon: caller (█+) abandon: thread \2█{9,} terminate: caller (?!\1)█+ terminate: thread (?!\1)█+/,
      ],
    ],
    [
      26,
      [
        /Dear \[object Promise\], your/,
        /customer is looked up .* thing is looked up .* thread: Dear Ada, your umbrella leaves on Monday\./,
        /the portal is closed .* thread: RunFinishedError: .* ms Dear Ada.* all at once: Ada, umbrella, Monday/,
      ],
    ],
    [27, [/Indexed .* problems 0 .*Wrote index\.json: \d{1,3}(,\d{3})* text files/]],
  ];

  it.each(claims)("shows in chapter %i what it claims", (number, patterns) => {
    for (const pattern of patterns) expect(chapters[number]).toMatch(pattern);
  });

  it("begins with what is to come, and ends with where to go next", () => {
    const [beginning = ""] = chapters;

    for (const title of titles()) expect(beginning).toContain(title);
    expect(whole.stdout).toMatch(
      /\nWhere to go next\n\n {2}npm start -- --list +all chapters\n[^]*the documentation\n$/,
    );
  });

  it("writes the index of the repository", () => {
    const index = JSON.parse(readFileSync(join(dir, "index.json"), "utf8"));

    expect(index).toMatchObject({ complete: true, root: join(import.meta.dirname, "../../..") });
    expect(index.files.map(({ path }: { path: string }) => path)).toContain("packages/tour/src/main.ts");
  });
});

describe("one chapter", { timeout: 30_000 }, () => {
  it("is all that runs", async () => {
    const dir = tempDir();

    const { code, stdout } = await tour(["--chapter", "4"], dir);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^\n4\. Deadlines\n/);
    expect(stdout).toMatch(/\n\nNext: 5\. Cleanup under cancellation\nnpm start -- --chapter cleanup\n$/);
    expect(existsSync(join(dir, "index.json"))).toBe(false);
  });

  it.each([["Deadlines"], ["deadl"]])("may be asked for by its name: %s", async (name) => {
    const { stdout } = await tour(["--chapter", name], tempDir());

    expect(stdout).toMatch(/^\n4\. Deadlines\n/);
  });

  it("is followed by none where it is the last", async () => {
    const { stdout } = await tour(["--chapter", String(files.length)], tempDir());

    expect(stdout).not.toContain("Next:");
  });

  const moments: [string, RegExp][] = [
    ["1", /asking mirror 2/],
    ["19", /The build by runProcess/],
    ["20", /ignores SIGTERM/],
    ["21", /In worker processes/],
    ["23", /for await/],
    ["24", /the threads are started/],
    ["25", /In a thread, with/],
    ["26", /thing is looked up/],
  ];

  it.each(moments)("ends by SIGINT, at once: %s", async (chapter, moment) => {
    const program = new Program(["--chapter", chapter], tempDir());
    await program.printed(moment);

    const { code, signal, took } = await program.interrupt();

    expect({ code, signal }).toEqual({ code: null, signal: "SIGINT" });
    expect(took).toBeLessThan(1_000);
  });

  it("ends where nobody reads its output", async () => {
    const program = new Program(["--chapter", "1"], tempDir());
    await program.printed(/The hang/);

    program.child.stdout?.destroy();

    expect(await program.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
  });
});

describe("the table of contents", () => {
  it("has all chapters in their order, by number, title and name", async () => {
    const { code, stdout } = await tour(["--list"], tempDir());

    expect(code).toBe(0);
    const lines = [...stdout.matchAll(/^ +(\d+) {2}(.*?) {2,}(\S+)$/gm)];
    expect(lines.map(([, number, , name]) => `${number?.padStart(2, "0")}-${name}.ts`)).toEqual(files);
    expect(lines.map(([, , title]) => title)).toEqual(titles());
  });
});

describe("the files of the chapters", () => {
  it.each(files)("%s uses nothing but what users have", (file) => {
    const imports = readFileSync(join(sources, file), "utf8").matchAll(/from "(.*)"/g);

    const allowed = [
      "@anyio/core",
      "@anyio/fs",
      "@anyio/net",
      "@anyio/signals",
      "@anyio/streams",
      "@anyio/subprocess",
      "@anyio/sync",
      "@anyio/task-groups",
      "@anyio/threads",
      "node:child_process",
      "node:crypto",
      "node:events",
      "node:fs",
      "node:fs/promises",
      "node:net",
      "node:os",
      "node:path",
      "node:util",
      "node:worker_threads",
      "../credentials.js",
      "../heartbeat.js",
      "../narrator.js",
      "../timeline.js",
      "./hash-file.js",
    ];
    expect(allowed).toEqual(expect.arrayContaining([...imports].map(([, specifier]) => specifier)));
  });
});

describe("the modules that run in threads", () => {
  const tour = join(import.meta.dirname, "..");
  const modules = readdirSync(join(tour, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) => {
      const names = readFileSync(join(tour, "src", path), "utf8").matchAll(
        /new URL\("\.\/(.*)\.js", import\.meta\.url\)/g,
      );
      return [...names].map(([, name = ""]) => [dirname(path), name] as const);
    });

  it("are four", () => {
    expect(modules.map(([, name]) => name).toSorted()).toEqual(["count-texts", "fill-in", "hash-file", "shorten-trip"]);
  });

  it.each(modules)("are beside who asks for them, as sources and built: %s/%s", (folder, name) => {
    expect(existsSync(join(tour, "src", folder, `${name}.ts`))).toBe(true);
    expect(existsSync(join(tour, "dist", `${name}.js`))).toBe(true);
  });
});
