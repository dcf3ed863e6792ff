import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  BrokenResourceError,
  CancelScope,
  ClosedResourceError,
  EndOfStreamError,
  failAfter,
  forceClose,
  moveOnAfter,
  run,
  sleep,
  TimeoutError,
} from "@anyio/core";
import { openProcess, Process } from "@anyio/subprocess";
import { withTaskGroup } from "@anyio/task-groups";
import { assertNoLeaks, LeakError } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { isAlive, Mark, until, watchProcessTable } from "./support/marked.js";
import { bytes, text } from "./support/text.js";

watchProcessTable();

const dir = mkdtempSync(join(tmpdir(), "anyio-"));
afterAll(() => rmSync(dir, { recursive: true }));

async function allOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let all = "";
  for await (const chunk of stream) all += text(chunk);
  return all;
}

describe("openProcess", () => {
  it("gives a process to talk to", async () => {
    const process = await openProcess(["cat"]);

    await process.stdin.send(bytes("hello"));
    const answer = await process.stdout.receive();
    await process.stdin.close();

    expect(text(answer)).toBe("hello");
    expect(await process.wait()).toBe(0);
    await process.close();
  });

  it("has pipes for all three streams, where nothing else is said", async () => {
    const process = await openProcess("cat; echo err >&2");

    await process.stdin.send(bytes("in"));
    await process.stdin.close();

    expect(await Promise.all([allOf(process.stdout), allOf(process.stderr)])).toEqual(["in", "err\n"]);
    await process.close();
  });

  it("has no stream where there is no pipe", async () => {
    const output = openSync(join(dir, "out"), "w");
    await using process = await openProcess("echo out; echo err >&2", {
      stdin: "ignore",
      stdout: output,
      stderr: "stdout",
    });

    expect([process.stdin, process.stdout, process.stderr]).toEqual([null, null, null]);
    await process.wait();
    closeSync(output);
    expect(readFileSync(join(dir, "out"), "utf8")).toBe("out\nerr\n");
  });

  it("has one stream for stdout and stderr on demand", async () => {
    await using process = await openProcess("echo 1; echo 2 >&2; echo 3", { stderr: "stdout" });

    expect(process.stderr).toBeNull();
    expect(await allOf(process.stdout)).toBe("1\n2\n3\n");
  });

  it.each([
    [["anyio-no-such-program"], {}],
    [["true"], { cwd: "/no/such" }],
  ] as const)("rejects where it cannot be started: %j %j", async (command, options) => {
    const error = (await errorOf(openProcess(command, options))) as NodeJS.ErrnoException;

    expect(error.code).toBe("ENOENT");
  });

  it("rejects what is no command, or no option", async () => {
    await caught(openProcess([] as never), TypeError);
    await caught(openProcess(["true"], { stdin: "in" as never }), TypeError);
  });

  it("starts nothing in a cancelled scope", async () => {
    const scope = new CancelScope();
    await scope.run(async () => {
      scope.cancel();
      await openProcess(["touch", join(dir, "never")]);
    });

    expect(scope.cancelledCaught).toBe(true);
    expect(existsSync(join(dir, "never"))).toBe(false);
  });
});

describe("Process", () => {
  it("tells its number, its command, and how it ended", async () => {
    await using process = await openProcess("exit 7");

    expect(process.pid).toBeGreaterThan(1);
    expect(process.command).toBe("exit 7");
    expect([process.exitCode, process.signalCode]).toEqual([null, null]);
    expect(await process.wait()).toBe(7);
    expect([process.exitCode, process.signalCode]).toEqual([7, null]);
    expect(process).toBeInstanceOf(Process);
  });

  it("may have written before anybody reads, also before it exited", async () => {
    await using process = await openProcess("echo out; echo err >&2");

    await process.wait();
    await sleep(30);

    expect([await allOf(process.stdout), await allOf(process.stderr)]).toEqual(["out\n", "err\n"]);
    await caught(process.stdout.receive(), EndOfStreamError);
  });

  it("waits for its reader, and is read at flat memory", async () => {
    await using process = await openProcess(["head", "-c", String(2 ** 30), "/dev/zero"], {
      stdin: "ignore",
      stderr: "ignore",
    });
    let length = 0;
    let peak = 0;
    const before = globalThis.process.memoryUsage.rss();

    for await (const chunk of process.stdout) {
      length += chunk.length;
      peak = Math.max(peak, globalThis.process.memoryUsage.rss());
    }

    expect(length).toBe(2 ** 30);
    expect(peak - before).toBeLessThan(384 * 2 ** 20);
  }, 60_000);

  it("tells a sender when it reads no more", async () => {
    await using process = await openProcess("exec <&-; echo closed; sleep 60", { grace: 10 });
    await process.stdout.receive();

    await caught(process.stdin.send(new Uint8Array(1_000_000)), BrokenResourceError);
    // To close what it does not read is no error.
    await process.stdin.close();
  });
});

describe("Process.stdin", () => {
  it("is broken for whoever sends as the process exits", async () => {
    for (let i = 0; i < 20; i++) {
      await using process = await openProcess("sleep 0.01", { stdout: "ignore", stderr: "ignore" });

      await caught(process.stdin.send(new Uint8Array(5_000_000)), BrokenResourceError);
    }
  });
});

describe("Process.wait", () => {
  it("resolves at the exit, whoever holds the pipes", async () => {
    const mark = new Mark();
    await using process = await openProcess("sleep 60 & exit 4", { env: mark.env });

    expect(await failAfter(5_000, () => process.wait())).toBe(4);
    await process.close();
    mark.expectGone();
  });

  it("may be called by many, and again", async () => {
    await using process = await openProcess("exit 2");

    expect(await Promise.all([process.wait(), process.wait(), process.wait()])).toEqual([2, 2, 2]);
    expect(await process.wait()).toBe(2);
  });

  it("is null where a signal ended it", async () => {
    await using process = await openProcess(["sleep", "60"]);

    process.kill();

    expect(await process.wait()).toBeNull();
    expect(process.signalCode).toBe("SIGKILL");
  });

  it("is cancelled without the process being ended", async () => {
    await using process = await openProcess(["cat"]);

    const error = await caught(
      failAfter(10, () => process.wait()),
      TimeoutError,
    );

    expect(error.waitingFor).toBe('process "cat" to exit');
    expect(isAlive(process.pid)).toBe(true);
  });
});

describe("Process, its signals", () => {
  it.each([
    ["terminate", "SIGTERM"],
    ["kill", "SIGKILL"],
  ] as const)("%s sends %s to all descendants", async (method, signal) => {
    const mark = new Mark();
    await using process = await openProcess("sleep 60 | sleep 61 & sleep 62", { env: mark.env });
    await mark.seen(4);

    process[method]();

    expect(await process.wait()).toBeNull();
    expect(process.signalCode).toBe(signal);
    await until(() => mark.living.length === 0);
  });

  it("sendSignal reaches the process alone, as often as it is called", async () => {
    const mark = new Mark();
    const script = "trap 'echo usr1' USR1; trap 'echo usr2' USR2; sleep 60 & echo ready; while :; do wait; done";
    await using process = await openProcess(script, { env: mark.env });
    let said = "";
    await withTaskGroup(async (tg) => {
      tg.startSoon(
        async () => {
          for await (const chunk of process.stdout) said += text(chunk);
        },
        { service: true },
      );
      await until(() => said.includes("ready"));
      process.sendSignal("SIGUSR1");
      await until(() => said.includes("usr1"));
      process.sendSignal("SIGUSR2");
      await until(() => said.includes("usr2"));
      process.sendSignal("SIGKILL");
      await process.wait();
    });

    expect(mark.living.join()).toContain("sleep 60");
    await process.close();
    mark.expectGone();
  });

  it("do nothing to one that has exited", async () => {
    await using process = await openProcess(["true"]);
    await process.wait();

    process.terminate();
    process.kill();
    process.sendSignal("SIGTERM");

    expect([process.exitCode, process.signalCode]).toEqual([0, null]);
  });

  it.each(["SIGNOTHING", 15, "", "toString"])("are refused where there is none: %j", async (signal) => {
    await using process = await openProcess(["true"]);

    expect(() => process.sendSignal(signal as never)).toThrow(TypeError);
  });

  it("reach the process alone with killTree: false", async () => {
    const mark = new Mark();
    await using process = await openProcess("sleep 60 >&- 2>&- & echo; wait", { env: mark.env, killTree: false });
    await process.stdout.receive();

    process.kill();
    await process.wait();
    await process.close();

    // It may not have become what it is to be yet.
    await until(() => mark.living.join().includes("sleep 60"));
    for (const line of mark.living) globalThis.process.kill(Number.parseInt(line), "SIGKILL");
    await until(() => mark.living.length === 0);
  });
});

describe("Process.close", () => {
  it("closes its input, and waits for it to end by itself", async () => {
    const process = await openProcess(`cat > ${join(dir, "closed")}; sleep 0.1; exit 5`);
    await process.stdin.send(bytes("all of it"));

    await process.close();

    expect(process.exitCode).toBe(5);
    expect(readFileSync(join(dir, "closed"), "utf8")).toBe("all of it");
  });

  it("sends SIGTERM after grace, and SIGKILL after another", async () => {
    const mark = new Mark();
    const script = `trap 'echo term >> ${join(dir, "told")}' TERM; echo; while :; do :; done`;
    const process = await openProcess(script, { grace: 500, env: mark.env, stderr: "ignore" });
    await process.stdout.receive();
    const began = performance.now();

    await process.close();

    expect(performance.now() - began).toBeGreaterThan(990);
    expect(process.signalCode).toBe("SIGKILL");
    expect(readFileSync(join(dir, "told"), "utf8")).toBe("term\n");
    mark.expectGone();
  });

  it("may be called twice, at once and later, and by disposal", async () => {
    await using process = await openProcess(["cat"]);

    await Promise.all([process.close(), process.close()]);
    await process.close();

    expect(process.exitCode).toBe(0);
  });

  it("ends whoever waits in its streams, and refuses to use them", async () => {
    const process = await openProcess(["cat"]);
    const receiving = errorOf(process.stdout.receive());

    await process.close();

    expect(await receiving).toBeInstanceOf(ClosedResourceError);
    await caught(process.stdin.send(bytes("more")), ClosedResourceError);
    expect(await process.wait()).toBe(0);
  });

  it("sends SIGKILL at once in a cancelled scope, and reaps", async () => {
    const mark = new Mark();
    const scope = new CancelScope();
    const process = await openProcess("trap '' TERM; echo; sleep 60; sleep 60", { env: mark.env });
    await process.stdout.receive();

    await scope.run(async () => {
      scope.cancel();
      await process.close();
      expect(process.signalCode).toBe("SIGKILL");
    });

    mark.expectGone();
  });

  it("sends SIGKILL once it is cancelled", async () => {
    const mark = new Mark();
    const process = await openProcess("trap '' TERM; echo; sleep 60; sleep 60", { env: mark.env });
    await process.stdout.receive();
    const began = performance.now();

    await moveOnAfter(50, () => process.close());

    expect(performance.now() - began).toBeLessThan(3_000);
    expect(process.signalCode).toBe("SIGKILL");
    mark.expectGone();
  });

  it("is skipped over by forceClose", async () => {
    const mark = new Mark();
    const process = await openProcess("trap '' TERM; echo; sleep 60; sleep 60", { env: mark.env });
    await process.stdout.receive();

    await forceClose(process);

    expect(process.signalCode).toBe("SIGKILL");
    mark.expectGone();
  });

  it("does not wait for a reader of what it was sent", async () => {
    const mark = new Mark();
    const process = await openProcess("sleep 60", { grace: 50, env: mark.env });
    void process.stdin.send(new Uint8Array(1_000_000)).catch(() => {});
    await sleep(5);

    await process.close();

    mark.expectGone();
  });

  it("ends at once what a process has left behind that has exited", async () => {
    const mark = new Mark();
    await using process = await openProcess("sleep 60 >&- 2>&- <&- & exit 0", { env: mark.env });
    await process.wait();
    // The table tells nothing of who is just becoming another program.
    await mark.seen(1);
    const began = performance.now();

    await process.close();

    expect(performance.now() - began).toBeLessThan(3_000);
    mark.expectGone();
  });
});

describe("Process, left open", () => {
  it("is ended when the task that opened it has ended", async () => {
    const mark = new Mark();

    await withTaskGroup(async (tg) => {
      const task = tg.startSoon(async () => {
        await openProcess("sleep 60 | sleep 61 & sleep 62", { env: mark.env });
        await mark.seen(4);
      });
      await task.wait();
      mark.expectGone();
    });
  });

  it("goes on when a scope within its task has ended", async () => {
    await run(async () => {
      const process = await failAfter(10_000, () => openProcess(["cat"]));

      await process.stdin.send(bytes("still here"));
      expect(text(await process.stdout.receive())).toBe("still here");
    });
  });

  it("is ended with run(), by SIGTERM and after grace by SIGKILL", async () => {
    const mark = new Mark();
    let process: Process | undefined;

    await run(async () => {
      process = await openProcess("trap '' TERM; echo; sleep 60; sleep 60", { env: mark.env, grace: 50 });
      await process.stdout?.receive();
    });

    expect(process?.signalCode).toBe("SIGKILL");
    mark.expectGone();
  });

  it("may be talked to when its task has been cancelled, until that has ended", async () => {
    let said: string | undefined;

    await withTaskGroup(async (tg) => {
      tg.startSoon(async () => {
        const process = await openProcess("read line; echo got $line");
        try {
          tg.cancel();
          await sleep(1);
        } finally {
          await new CancelScope({ shield: true }).run(async () => {
            await process.stdin.send(bytes("goodbye\n"));
            said = await allOf(process.stdout);
          });
        }
      });
    });

    expect(said).toBe("got goodbye\n");
  });

  it("is a leak to whoever looks for leaks, which is ended", async () => {
    const mark = new Mark();

    const error = await caught(
      assertNoLeaks(() => openProcess(["sleep", "60"], { env: mark.env })),
      LeakError,
    );

    expect(error.leaks.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['resource process "sleep 60"']);
    mark.expectGone();
  });

  it("is no leak when it has exited or was closed", async () => {
    await assertNoLeaks(async () => {
      const [first, second] = [await openProcess(["true"]), await openProcess(["cat"])];
      await first.wait();
      await second.close();
    });
  });
});
