import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { BrokenResourceError } from "@anyio/core";
import { createTcpListener, SocketAttribute, type SocketStream } from "@anyio/net";
import { withTaskGroup } from "@anyio/task-groups";
import { describe, expect, it } from "vitest";
import { closesAllSockets } from "./support/descriptors.js";

// The clients are in a process of their own, so that each process has room for as many descriptors.
const CLIENTS = Math.min(5_000, Math.floor((descriptorLimit() - 500) / 10) * 10);

describe("serve", () => {
  it(`holds ${CLIENTS} clients, slow, rude and wicked ones, and leaves nothing behind`, async () => {
    const errors = { broken: 0, thrown: 0 };
    let atOnce = 0;
    let before = process.cpuUsage();
    let took = NaN;
    let ended: unknown;
    let handlers = 0;
    const handle = (stream: SocketStream) => {
      handlers++;
      return echo(stream).finally(() => handlers--);
    };

    await closesAllSockets(async () => {
      await using listener = await createTcpListener({ localHost: "127.0.0.1" });
      const crowd = new Crowd(listener.extra(SocketAttribute.localPort));
      await withTaskGroup(async (tg) => {
        tg.startSoon(() =>
          listener.serve(handle, {
            onError: (error) => {
              if (error instanceof BrokenResourceError) errors.broken++;
              else errors.thrown++;
            },
          }),
        );
        const { served, failures } = (await crowd.says()) as Served;

        expect(served).toEqual({ slow: CLIENTS * 0.5, quick: CLIENTS * 0.3 });
        expect(failures).toBe(0);
        atOnce = handlers;
        before = process.cpuUsage();
        tg.cancel();
      });
      const { user, system } = process.cpuUsage(before);
      took = (user + system) / 1_000;
      ended = await crowd.says();
      await crowd.isGone();
    });

    expect({ atOnce, handlers }).toEqual({ atOnce: CLIENTS * 0.8, handlers: 0 });
    // Not by the clock: that depends on what else goes on on this machine.
    expect(took).toBeLessThan(1_000);
    expect(errors).toEqual({ broken: CLIENTS * 0.1, thrown: CLIENTS * 0.1 });
    expect(ended).toEqual({
      ended: { slow: CLIENTS * 0.5, quick: CLIENTS * 0.3, throw: CLIENTS * 0.1, reset: CLIENTS * 0.1 },
    });
  }, 60_000);
});

async function echo(stream: SocketStream): Promise<void> {
  for await (const bytes of stream) {
    if (bytes[0] === "!".charCodeAt(0)) throw new Error("a wicked client");
    await stream.send(bytes);
  }
}

interface Served {
  readonly served: { readonly slow: number; readonly quick: number };
  readonly failures: number;
}

/** The clients' process. */
class Crowd {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(port: number) {
    const program = fileURLToPath(new URL("fixtures/crowd.mjs", import.meta.url));
    this.#child = spawn("node", [program, String(port), String(CLIENTS)], { stdio: ["ignore", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  }

  async says(): Promise<unknown> {
    const { value } = await this.#lines.next();
    return JSON.parse(value as string);
  }

  isGone(): Promise<unknown> {
    return new Promise((resolve) => {
      if (this.#child.exitCode === null) this.#child.on("exit", resolve);
      else resolve(undefined);
    });
  }
}

function descriptorLimit(): number {
  if (process.platform !== "linux") return 1_000;
  const [, limit] = /Max open files\s+(\d+)/.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  return Number(limit);
}
