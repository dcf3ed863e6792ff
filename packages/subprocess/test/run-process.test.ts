import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { CancelScope, failAfter, isCancelled, moveOnAfter, run, sleep, TimeoutError } from "@anyio/core";
import { createMemoryObjectStream } from "@anyio/streams";
import { CalledProcessError, runProcess, type RunProcessOptions } from "@anyio/subprocess";
import { PATH } from "@anyio/core/lowlevel";
import { VirtualClock } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { unhandledRejectionsOf } from "#support/unhandled";
import { Mark, until, watchProcessTable } from "./support/marked.js";
import { bytes, text } from "./support/text.js";
import { mayLeak } from "#support/may-leak";

watchProcessTable();

const dir = realpathSync(mkdtempSync(join(tmpdir(), "anyio-")));
afterAll(() => rmSync(dir, { recursive: true }));

/** Calls `fn`, and cancels it as soon as something holds. */
async function cancelledOnce(holds: () => boolean, fn: () => Promise<unknown>): Promise<void> {
  const scope = new CancelScope();
  await scope.run(async () => {
    void until(holds).then(() => scope.cancel());
    await fn();
  });
}

describe("runProcess", () => {
  it("gives what a program has written, and its exit code", async () => {
    const completed = await runProcess(["sh", "-c", "echo out; echo err >&2"]);

    expect(completed).toEqual({
      command: ["sh", "-c", "echo out; echo err >&2"],
      exitCode: 0,
      signalCode: null,
      stdout: bytes("out\n"),
      stderr: bytes("err\n"),
      outputTruncated: false,
    });
  });

  it("gives plain Uint8Arrays, with memory of their own", async () => {
    const { stdout } = await runProcess(["echo", "hello"]);

    expect(Object.getPrototypeOf(stdout)).toBe(Uint8Array.prototype);
    expect(stdout.buffer.byteLength).toBe(6);
  });

  it("has a string go through the shell", async () => {
    expect(text((await runProcess("echo a b | tr a-z A-Z; echo $((1 + 1))")).stdout)).toBe("A B\n2\n");
  });

  it("hands every argument over as it is", async () => {
    const args = [
      "a b",
      "",
      "*",
      "$HOME",
      "`id`",
      "'",
      '"',
      "\\",
      "-n",
      "--",
      "ü",
      "\u{1F600}",
      "\n",
      "\t",
      "; exit 3",
      "%s",
      "\u007F",
      "!",
    ];

    const { stdout } = await runProcess(["printf", "%s\\0", ...args]);

    expect(text(stdout).split("\0").slice(0, -1)).toEqual(args);
  });

  it("works outside run(), and in it", async () => {
    expect((await run(() => runProcess(["true"]))).exitCode).toBe(0);
  });
});

describe("runProcess, when it fails", () => {
  it.each([
    ["exit 3", 3, null],
    ["kill -KILL $$", null, "SIGKILL"],
    ["kill -TERM $$", null, "SIGTERM"],
  ])("throws for a process that ends by %s", async (command, exitCode, signalCode) => {
    const error = await caught(runProcess(command), CalledProcessError);

    expect([error.exitCode, error.signalCode]).toEqual([exitCode, signalCode]);
  });

  it("only tells of it without check", async () => {
    expect(await runProcess("exit 3", { check: false })).toMatchObject({ exitCode: 3, signalCode: null });
    expect(await runProcess("kill -9 $$", { check: false })).toMatchObject({ exitCode: null, signalCode: "SIGKILL" });
  });

  it.each([
    [
      "a program that does not exist",
      ["anyio-no-such-program"],
      {},
      "ENOENT",
      /cannot start anyio-no-such-program: there is no program/,
    ],
    ["a file that is no program", ["/etc/passwd"], {}, "EACCES", /no program that may be executed/],
    ["a directory", ["/etc"], {}, "EACCES", /cannot start \/etc/],
    [
      "a directory to work in that does not exist",
      ["true"],
      { cwd: "/no/such" },
      "ENOENT",
      /its working directory \/no\/such does not exist/,
    ],
    [
      "a directory to work in that is none",
      ["true"],
      { cwd: "/etc/passwd" },
      "ENOTDIR",
      /\/etc\/passwd is no directory/,
    ],
    [
      "a shell command in a missing directory",
      "true",
      { cwd: "/no/such" },
      "ENOENT",
      /its working directory \/no\/such/,
    ],
    ["stderr in stdout", ["anyio-no-such-program"], { stderr: "stdout" }, "ENOENT", /there is no program/],
  ] as [string, string | [string], RunProcessOptions, string, RegExp][])(
    "rejects with the system's code for %s",
    async (_what, command, options, code, message) => {
      const error = (await errorOf(runProcess(command, options))) as NodeJS.ErrnoException;

      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
      expect(error.cause).toBeInstanceOf(Error);
    },
  );
});

describe("runProcess, its arguments", () => {
  it.each([
    ["an empty command", [], {}],
    ["an empty string", "", {}],
    ["a program without a name", [""], {}],
    ["a number", 1, {}],
    ["a number among the arguments", ["true", 1], {}],
    ["NUL in an argument", ["true", "a\0b"], {}],
    ["NUL in a shell command", "true \0", {}],
    ["NUL in cwd", ["true"], { cwd: "/tmp\0" }],
    ["NUL in env", ["true"], { env: { A: "a\0b" } }],
    ["input with stdin", ["true"], { input: "", stdin: "ignore" }],
    ["a number for input", ["true"], { input: 1 }],
    ["an array for input", ["true"], { input: ["a"] }],
    ["an unknown stdout", ["true"], { stdout: "stdout" }],
    ["an unknown stderr", ["true"], { stderr: "pip" }],
    ["a text for grace", ["true"], { grace: "5" }],
    ["a text for check", ["true"], { check: "no" }],
    ["a text for killTree", ["true"], { killTree: "no" }],
    ["a text for uid", ["true"], { uid: "root" }],
    ["a text for env", ["true"], { env: "A=1" }],
    ["a number for cwd", ["true"], { cwd: 1 }],
  ])("are a TypeError before anything is started: %s", async (_what, command, options) => {
    await caught(runProcess(command as never, options as never), TypeError);
  });

  it.each([{ grace: -1 }, { grace: NaN }, { drainGrace: -1 }, { stdin: -1 }, { stdout: 1.5 }, { uid: -1 }])(
    "are a RangeError out of range: %j",
    async (options) => {
      await caught(runProcess(["true"], options), RangeError);
    },
  );

  it("are named in the error, with the value", async () => {
    const error = await errorOf(runProcess(["true", 7 as never]));

    expect(String(error)).toBe(
      "TypeError: command must be a string, or an array of strings that begins with a program, not 7",
    );
  });
});

describe("runProcess, input", () => {
  it.each([
    ["a text, as UTF-8", "grüße\n", "grüße\n"],
    ["bytes", bytes("bytes"), "bytes"],
    ["nothing", "", ""],
  ])("is %s", async (_what, input, expected) => {
    expect(text((await runProcess(["cat"], { input })).stdout)).toBe(expected);
  });

  it("is nothing unless given, and never the terminal's", async () => {
    expect((await runProcess(["cat"])).stdout).toHaveLength(0);
  });

  it("may be larger than the pipe, with an output as large", async () => {
    const input = new Uint8Array(5_000_000).map((_, i) => i % 251);

    const { stdout } = await runProcess(["cat"], { input });

    expect(Buffer.compare(stdout, input)).toBe(0);
  });

  it("may come piece by piece", async () => {
    async function* pieces() {
      yield "one ";
      await sleep(1);
      yield bytes("two ");
      yield "three";
    }

    expect(text((await runProcess(["cat"], { input: pieces() })).stdout)).toBe("one two three");
  });

  it("comes from a stream, as fast as the child reads", async () => {
    const [send, receive] = createMemoryObjectStream<Uint8Array>(Infinity);
    for (let i = 0; i < 100; i++) send.sendNowait(new Uint8Array(100_000));
    send.close();

    const { stdout } = await runProcess("sleep 0.02; wc -c", { input: receive });

    expect(Number(text(stdout))).toBe(10_000_000);
  });

  it.each(["text", "pieces"])("is no error where the child closes it early: %s", async (kind) => {
    async function* endless() {
      for (;;) yield new Uint8Array(100_000);
    }
    const input = kind === "text" ? "x".repeat(5_000_000) : endless();

    expect(
      text((await runProcess(["head", "-c", "1"], { input: kind === "text" ? input : endless() })).stdout),
    ).toHaveLength(1);
    expect((await runProcess("exec <&-; sleep 0.02", { input })).exitCode).toBe(0);
  });

  it("does not keep a process whose source never goes on", async () => {
    async function* parked(): AsyncGenerator<string> {
      await new Promise(() => {});
      yield "never";
    }

    expect((await runProcess(["true"], { input: parked() })).exitCode).toBe(0);
  });

  it("ends the process where its source fails", async () => {
    const mark = new Mark();
    async function* failing() {
      yield "one";
      throw new RangeError("no more");
    }

    const error = await errorOf(runProcess("cat; sleep 60", { input: failing(), env: mark.env }));

    expect(String(error)).toBe("RangeError: no more");
    mark.expectGone();
  });

  it("ends the process for a piece that is none", async () => {
    async function* wrong() {
      yield 1 as never;
    }

    await caught(runProcess(["cat"], { input: wrong() }), TypeError);
  });
});

describe("runProcess, its streams", () => {
  it.each([
    [{ stdout: "ignore" }, "", "err\n"],
    [{ stderr: "ignore" }, "out\n", ""],
    [{ stdout: "ignore", stderr: "stdout" }, "", ""],
  ] as [RunProcessOptions, string, string][])("with %j", async (options, out, err) => {
    const { stdout, stderr } = await runProcess("echo out; echo err >&2", options);

    expect([text(stdout), text(stderr)]).toEqual([out, err]);
  });

  it("have stderr in stdout, in the order in which they were written", async () => {
    const lines = Array.from({ length: 200 }, (_, i) => [`out ${i}`, `err ${i}`]).flat();

    const { stdout, stderr } = await runProcess(
      'i=0; while [ $i -lt 200 ]; do echo "out $i"; echo "err $i" >&2; i=$((i + 1)); done',
      {
        stderr: "stdout",
      },
    );

    expect(text(stdout).trimEnd().split("\n")).toEqual(lines);
    expect(stderr).toHaveLength(0);
  });

  it("have stderr in stdout also when it is more than the pipe holds", async () => {
    const { stdout } = await runProcess("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2", {
      stderr: "stdout",
    });

    expect(stdout).toHaveLength(6_000_000);
  });

  it("may be descriptors, which stay open here", async () => {
    writeFileSync(join(dir, "in"), "from a file");
    const input = openSync(join(dir, "in"), "r");
    const output = openSync(join(dir, "out"), "w");

    await runProcess("cat; echo; echo err >&2", { stdin: input, stdout: output, stderr: "stdout" });
    await runProcess("echo again", { stdout: output });
    closeSync(input);
    closeSync(output);

    expect(readFileSync(join(dir, "out"), "utf8")).toBe("from a file\nerr\nagain\n");
  });

  it("hold 64 MiB of output", async () => {
    expect((await runProcess("head -c 67108864 /dev/zero")).stdout).toHaveLength(67_108_864);
  });
});

describe("runProcess, where and as whom", () => {
  it.each([dir, pathToFileURL(`${dir}/`), { [PATH]: true, toString: () => dir } as const])(
    "runs in cwd: %s",
    async (cwd) => {
      expect(text((await runProcess(["pwd"], { cwd })).stdout)).toBe(`${dir}\n`);
    },
  );

  it("replaces the environment, and leaves out what is undefined", async () => {
    const { stdout } = await runProcess(["/usr/bin/env"], { env: { ONE: "1", "odd-name": "a=b\n", NONE: undefined } });

    expect(text(stdout).split("\n").toSorted()).toEqual(["", "", "ONE=1", "odd-name=a=b"]);
  });

  it.runIf(process.getuid?.() === 0)("runs as uid and gid where it is root", async () => {
    const { stdout } = await runProcess("id -u; id -g", { uid: 1234, gid: 4321 });

    expect(text(stdout)).toBe("1234\n4321\n");
  });

  it.runIf(process.getuid?.() === 0)("ends a process of another user's where it is root", async () => {
    const mark = new Mark();

    await moveOnAfter(50, () => runProcess("sleep 60 | sleep 61", { uid: 1234, gid: 4321, env: mark.env }));

    mark.expectGone();
  });

  it("leads a process group of its own", async () => {
    const { stdout } = await runProcess("echo $$; cut -d' ' -f5 /proc/$$/stat");

    const [pid, group] = text(stdout).split("\n");
    expect(group).toBe(pid);
  });
});

describe("runProcess, cancelled", () => {
  it("starts nothing in a cancelled scope", async () => {
    const scope = new CancelScope();
    const path = join(dir, "never");

    await scope.run(async () => {
      scope.cancel();
      await runProcess(["touch", path]);
    });

    expect(scope.cancelledCaught).toBe(true);
    await expect(runProcess(["test", "-e", path])).rejects.toThrow(CalledProcessError);
  });

  it("says what was waited for", async () => {
    const error = await caught(
      failAfter(50, () => runProcess(["sleep", "60"])),
      TimeoutError,
    );

    expect(error.waitingFor).toBe('process "sleep 60" to end');
  });

  it("sends SIGTERM, and lets the process clean up for as long as grace", async () => {
    const [ready, done] = [join(dir, "ready"), join(dir, "done")];
    const script = `trap 'sleep 0.1; echo done > ${done}; exit 0' TERM; echo > ${ready}; while :; do :; done`;

    await cancelledOnce(
      () => existsSync(ready),
      () => runProcess(script),
    );

    expect(readFileSync(done, "utf8")).toBe("done\n");
  });

  it("reads on meanwhile, so that the process may say goodbye", async () => {
    const [ready, done] = [join(dir, "ready-2"), join(dir, "done-2")];
    const goodbye = `head -c 1000000 /dev/zero; echo bye >&2; echo done > ${done}; exit 0`;

    await cancelledOnce(
      () => existsSync(ready),
      () => runProcess(`trap '${goodbye}' TERM; echo > ${ready}; while :; do :; done`),
    );

    expect(readFileSync(done, "utf8")).toBe("done\n");
  });

  it("sends SIGKILL after grace", async () => {
    const mark = new Mark();
    const began = performance.now();

    await moveOnAfter(200, () => runProcess("trap '' TERM; sleep 60; sleep 60", { grace: 100, env: mark.env }));

    expect(performance.now() - began).toBeGreaterThan(295);
    expect(performance.now() - began).toBeLessThan(3_000);
    mark.expectGone();
  });

  it("rejects nobody unhandled who does not wait for it", mayLeak, async () => {
    const mark = new Mark();

    const reasons = await unhandledRejectionsOf(() =>
      new CancelScope().run(async () => {
        void runProcess("sleep 60 | cat", { env: mark.env });
        await sleep(20);
      }),
    );

    expect(reasons).toEqual([]);
    // The scope that it was begun in has waited for it.
    mark.expectGone();
  });

  it("is cancelled while it waits for what holds the pipe", async () => {
    const mark = new Mark();

    const result = await moveOnAfter(100, () => runProcess("sleep 60 & true", { drainGrace: 60_000, env: mark.env }));

    expect(result).toBeUndefined();
    mark.expectGone();
  });

  it("has one branch of a Promise.all cancel neither the other nor its own", async () => {
    const results = await Promise.all([
      moveOnAfter(50, () => runProcess(["sleep", "60"])),
      runProcess(["echo", "here"]),
      errorOf(failAfter(50, () => runProcess(["sleep", "60"]))),
    ]);

    expect(results[0]).toBeUndefined();
    expect(text(results[1].stdout)).toBe("here\n");
    expect(isCancelled(results[2])).toBe(false);
  });
});

describe("runProcess, with a descendant that holds the pipe", () => {
  it("reads on for drainGrace, and says that more might have come", async () => {
    const mark = new Mark();

    const completed = await runProcess("sleep 60 & echo here", { env: mark.env });

    expect([text(completed.stdout), completed.outputTruncated]).toEqual(["here\n", true]);
    mark.expectGone();
  });

  it("has what comes within drainGrace", async () => {
    const { stdout, outputTruncated } = await runProcess("(sleep 0.05; echo late) & echo early", { drainGrace: 5_000 });

    expect([text(stdout), outputTruncated]).toEqual(["early\nlate\n", false]);
  });

  it("waits for all of it with a drainGrace of Infinity", async () => {
    const { stdout } = await runProcess("(sleep 0.2; echo late) &", { drainGrace: Infinity });

    expect(text(stdout)).toBe("late\n");
  });

  it("loses nothing that was written before, however busy this process is", async () => {
    const running = runProcess("head -c 200000 /dev/zero; sleep 60 &", { drainGrace: 20 });
    const busyUntil = performance.now() + 300;
    while (performance.now() < busyUntil);

    expect((await running).stdout).toHaveLength(200_000);
  });

  it("does not take one that writes on and on for more than drainGrace", async () => {
    const mark = new Mark();
    const began = performance.now();

    const { outputTruncated } = await runProcess("yes & true", { env: mark.env });

    expect(outputTruncated).toBe(true);
    expect(performance.now() - began).toBeLessThan(5_000);
    mark.expectGone();
  });
});

describe("runProcess, on a virtual clock", () => {
  it("has the clock stand still while the process runs", async () => {
    const completed = await run(() => failAfter(10, () => runProcess(["sleep", "0.1"])), {
      signals: [],
      backend: { clock: new VirtualClock({ autojump: true }) },
    });

    expect(completed.exitCode).toBe(0);
  });

  it("has its graces in real time", async () => {
    const mark = new Mark();

    await run(
      async () => {
        const scope = new CancelScope();
        await scope.run(async () => {
          setTimeout(() => scope.cancel(), 100);
          await runProcess("trap '' TERM; sleep 60; sleep 60", { grace: 50, env: mark.env });
        });
      },
      { signals: [], backend: { clock: new VirtualClock({ autojump: true }) } },
    );

    mark.expectGone();
  });
});
