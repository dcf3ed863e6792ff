import { spawnSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { connectTcp } from "@anyio/net";
import { type ByteStream, TextStream } from "@anyio/streams";
import { describe, expect, it, onTestFinished } from "vitest";
import { Program, tour } from "./program.js";
import { tempDir } from "./temp-dir.js";

// Root may read everything.
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const canBeNobody = (await tour(["--help"], "/", nobody).catch(() => undefined))?.code === 0;

describe("the indexer", { timeout: 30_000 }, () => {
  it("counts lines and words of a tree, and the most frequent words", async () => {
    const dir = tempDir();
    mkdirSync(join(dir, "tree/sub"), { recursive: true });
    writeFileSync(join(dir, "tree/a.txt"), "Tulip rose tulip\nTULIP\n");
    writeFileSync(join(dir, "tree/sub/b.txt"), "Käse, rosé & l’été\nno newline at the end: rose");
    writeFileSync(join(dir, "tree/empty"), "");

    const { code, stdout } = await tour(["tree"], dir);

    expect(code).toBe(0);
    expect(stdout).toContain("Wrote index.json: 3 text files.");
    expect(indexIn(dir)).toMatchObject({
      complete: true,
      ending: "complete",
      totals: { files: 3, binary: 0, lines: 4, words: 13, problems: 0 },
      files: [
        { path: "a.txt", bytes: 23, lines: 2, words: 4 },
        { path: "empty", bytes: 0, lines: 0, words: 0 },
        { path: "sub/b.txt", lines: 2, words: 9 },
      ],
    });
    expect(indexIn(dir).topWords.slice(0, 2)).toEqual([
      { word: "tulip", count: 3 },
      { word: "rose", count: 2 },
    ]);
  });

  it("gets through loops, pipes, sockets, binary and huge files", async () => {
    const dir = tempDir();
    const tree = join(dir, "tree");
    mkdirSync(join(tree, ".git"), { recursive: true });
    writeFileSync(join(tree, "good.txt"), "one good line\n");
    writeFileSync(join(tree, "binary"), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1]));
    writeFileSync(join(tree, "huge"), "");
    truncateSync(join(tree, "huge"), 2 ** 40);
    symlinkSync("..", join(tree, "loop"));
    symlinkSync("nowhere", join(tree, "dangling"));
    spawnSync("mkfifo", [join(tree, "pipe")]);
    await listen(join(tree, "socket"));

    const { code, stdout } = await tour(["tree"], dir);

    expect(code).toBe(0);
    expect(stdout).toContain("1 directory (.git, node_modules; --all reads them)");
    expect(indexIn(dir)).toMatchObject({
      complete: true,
      totals: {
        files: 3,
        binary: 2,
        skipped: { "symbolic link": 2, "named pipe": 1, socket: 1, "directory left out": 1 },
        problems: 0,
      },
      files: [{ path: "good.txt" }],
    });
  });

  it.runIf(canBeNobody)("reports what cannot be read, and goes on", async () => {
    const dir = tempDir();
    const tree = join(dir, "tree");
    mkdirSync(join(tree, "secrets"), { recursive: true });
    writeFileSync(join(tree, "good.txt"), "one good line\n");
    writeFileSync(join(tree, "private.txt"), "secret\n");
    chmodSync(join(tree, "private.txt"), 0);
    chmodSync(join(tree, "secrets"), 0);

    const { code, stdout } = await tour(["tree"], dir, nobody);

    expect(code).toBe(0);
    expect(stdout).toContain("private.txt: permission denied (EACCES)");
    expect(indexIn(dir)).toMatchObject({
      complete: true,
      files: [{ path: "good.txt" }],
      problems: [
        { path: "private.txt", reason: "permission denied (EACCES)" },
        { path: "secrets", reason: "permission denied (EACCES)" },
      ],
    });
  });

  it.each(["1", "2", "1024"])("finds the same, reading %s at once", async (limit) => {
    const dir = tempDir();
    for (let i = 0; i < 20; i++) {
      mkdirSync(join(dir, `tree/${i}`), { recursive: true });
      for (let j = 0; j < 10; j++) writeFileSync(join(dir, `tree/${i}/${j}.txt`), "tulip\n".repeat(j));
      symlinkSync("nowhere", join(dir, `tree/${i}/link`));
    }

    await tour(["tree", "--limit", limit], dir);

    expect(indexIn(dir)).toMatchObject({
      complete: true,
      totals: { files: 200, lines: 900, words: 900, skipped: { "symbolic link": 20 }, problems: 0 },
      topWords: [{ word: "tulip", count: 900 }],
    });
  });

  it("finds the same in worker threads", async () => {
    const dir = tempDir();
    const files = makeLargeTree(join(dir, "tree"), 20);
    for (let i = 0; i < 500; i++) writeFileSync(join(dir, `tree/small ${i}`), "Two tulips\n");

    await tour(["tree"], dir);

    const index = indexIn(dir);
    expect(index).toMatchObject({
      complete: true,
      totals: { files: files + 500, lines: files * 10_000 + 500, words: files * 100_000 + 1_000, problems: 0 },
    });
    const words = Object.fromEntries(index.topWords.map(({ word, count }: Record<string, unknown>) => [word, count]));
    expect(words).toEqual({
      many: 200_000,
      words: 200_000,
      that: 200_000,
      have: 200_000,
      counted: 200_000,
      tulips: 500,
    });
    expect(index.files.slice(0, 1)).toMatchObject([{ path: "0", lines: 10_000, words: 100_000 }]);
  });

  it("is interrupted by Ctrl-C: writes what it has within a second, and ends by SIGINT", async () => {
    const dir = tempDir();
    const files = makeLargeTree(join(dir, "tree"));
    const program = new Program(["tree"], dir);
    await program.printed(/of .* files/);

    const { code, signal, stdout, took } = await program.interrupt();

    expect({ code, signal }).toEqual({ code: null, signal: "SIGINT" });
    expect(took).toBeLessThan(1_000);
    expect(stdout).toContain("Wrote index.json, which is incomplete (interrupted by SIGINT)");
    const index = indexIn(dir);
    expect(index).toMatchObject({ complete: false, ending: "interrupted by SIGINT" });
    expect(index.files.length).toBeGreaterThan(0);
    expect(index.files.length).toBeLessThan(files);
    expect(readdirSync(dir).toSorted()).toEqual(["index.json", "tree"]);
  });

  it("writes what it has at the deadline, and says so", async () => {
    const dir = tempDir();
    const files = makeLargeTree(join(dir, "tree"));

    const { code, stdout } = await tour(["tree", "--deadline", "0.5", "--out", "part.json"], dir);

    expect(code).toBe(0);
    expect(stdout).toContain("Wrote part.json, which is incomplete (deadline reached)");
    const index = indexIn(dir, "part.json");
    expect(index).toMatchObject({ complete: false, ending: "deadline reached" });
    expect(index.seconds).toBeLessThan(1);
    expect(index.files.length).toBeLessThan(files);
  });

  it("leaves out its own index, and replaces it", async () => {
    const dir = tempDir();
    writeFileSync(join(dir, "a.txt"), "one\n");
    await tour(["."], dir);
    writeFileSync(join(dir, "b.txt"), "two\n");

    await tour(["."], dir);

    expect(indexIn(dir).files).toMatchObject([{ path: "a.txt" }, { path: "b.txt" }]);
  });
});

describe("a command that cannot be carried out", { timeout: 30_000 }, () => {
  const commands: [string[], RegExp][] = [
    [["missing"], /^tour: cannot index \S*\/missing: no such file or directory \(ENOENT\)\n$/],
    [["file.txt"], /^tour: cannot index \S*\/file.txt: it is not a directory\n$/],
    [[".", "--out", "missing/index.json"], /^tour: cannot write \S*\/missing\/index.json: no such file .*\n$/],
    [["."], /^tour: cannot write \S*\/index.json: it exists and is not an index of the tour; .*\n$/],
    [[".", "--deadline", "soon"], /^tour: --deadline is a number of seconds greater than 0, not "soon"\n$/],
    [[".", "--limit", "0"], /^tour: --limit is a whole number from 1 to 1024, not "0"\n$/],
    [["--chapter", "27"], /^tour: --chapter is a whole number from 1 to 26, not "27"\n$/],
    [["--chapter", "waiting"], /^tour: no chapter is called "waiting"; --list shows them all\n$/],
    [["--chapter", "read"], /^tour: no chapter is called "read"; did you mean readiness or threads\?\n$/],
    [["5"], /^tour: no directory is called "5"; for the chapter: npm start -- --chapter 5\n$/],
    [["tcp"], /^tour: no directory is called "tcp"; for the chapter: npm start -- --chapter tcp\n$/],
    [["--list", "."], /^tour: --list indexes nothing; .*\n$/],
    [["--chapter", "1", "."], /^tour: --chapter indexes nothing; .*\n$/],
    [[".", ".."], /^tour: one directory at a time, not 2; see --help\n$/],
    [[".", "--port", "80"], /^tour: --port is for --serve\n$/],
    [[".", "--serve", "--port", "65535"], /^tour: --port is a whole number from 1 to 65534, not "65535"\n$/],
    [["--frobnicate"], /^tour: Unknown option '--frobnicate'; see --help\n$/],
  ];

  it.each(commands)("%j is one line on stderr and exit code 2", async (args, line) => {
    const dir = tempDir();
    writeFileSync(join(dir, "file.txt"), "");
    writeFileSync(join(dir, "index.json"), `{ "mine": true }\n`);

    const { code, stdout, stderr } = await tour(args, dir);

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(line);
    expect(readFileSync(join(dir, "index.json"), "utf8")).toBe(`{ "mine": true }\n`);
  });
});

describe("queries", { timeout: 30_000 }, () => {
  it("are answered over TCP and TLS, and end with the program", async () => {
    const dir = tempDir();
    mkdirSync(join(dir, "tree"));
    writeFileSync(join(dir, "tree/a.txt"), "Tulip rose tulip\n");
    const program = new Program(["tree", "--serve"], dir);
    await program.printed(/Still answering/);
    const [tcp = 0, tls = 0] = [...program.output.matchAll(/port (\d+)/g)].map(([, port]) => Number(port));

    await using plain = await connectTcp("localhost", tcp);
    await using secure = await connectTcp("localhost", tls, { tlsOptions: { rejectUnauthorized: false } });
    const answers = [await query(plain, "tulip\r\ndaffodil\n"), await query(secure, "ROSE\n")];
    const { signal, took } = await program.interrupt();

    expect(answers).toEqual([
      "tulip: 2 times in 1 text file\ndaffodil: 0 times in 1 text file\n",
      "rose: 1 time in 1 text file\n",
    ]);
    expect(signal).toBe("SIGINT");
    expect(took).toBeLessThan(1_000);
  });

  it("cannot be answered where a port is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const dir = tempDir();

    const { code, stderr } = await tour([".", "--serve", "--port", `${port}`], dir);

    expect(code).toBe(2);
    expect(stderr).toBe(`tour: cannot answer queries on port ${port}: address already in use (EADDRINUSE)\n`);
  });
});

/** Sends lines, and receives as many. */
async function query(stream: ByteStream, lines: string): Promise<string> {
  await stream.send(new TextEncoder().encode(lines));
  const answers = new TextStream(stream);
  let answer = "";
  while (answer.split("\n").length < lines.split("\n").length) answer += await answers.receive();
  return answer;
}

function indexIn(dir: string, name = "index.json") {
  return JSON.parse(readFileSync(join(dir, name), "utf8"));
}

/** Much to read and little on the disk: all files are the same one. Returns how many there are. */
function makeLargeTree(tree: string, files = 2_000): number {
  mkdirSync(tree);
  writeFileSync(join(tree, "0"), "many words that have to be counted one by one\n".repeat(10_000));
  for (let i = 1; i < files; i++) linkSync(join(tree, "0"), join(tree, `${i}`));
  return files;
}

async function listen(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
}
