import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { CancelScope, forceClose } from "@anyio/core";
import { connectUnix, createUnixListener, SocketAttribute } from "@anyio/net";
import { caught, errorOf } from "#support/caught";
import { describe, expect, it } from "vitest";
import { closesAllSockets } from "./support/descriptors.js";
import { socketFolder } from "./support/listening.js";

const path = socketFolder();

describe("createUnixListener", () => {
  it("listens, and removes its file as it is closed", () =>
    closesAllSockets(async () => {
      const listener = await createUnixListener(path("plain"));
      const [client, served] = await Promise.all([connectUnix(path("plain")), listener.accept()]);

      await client.send(Uint8Array.of(7));

      expect([...(await served.receive())]).toEqual([7]);
      expect(client.extra(SocketAttribute.remoteAddress)).toBe(path("plain"));
      for (const resource of [client, served, listener]) await resource.close();
      expect(existsSync(path("plain"))).toBe(false);
    }));

  it("removes its file also when it is closed by force", async () => {
    const listener = await createUnixListener(path("forced"));

    await forceClose(listener);

    expect(existsSync(path("forced"))).toBe(false);
  });

  it("replaces a file that was left behind by one that is no more", async () => {
    leaveBehind(path("stale"));

    const listener = await createUnixListener(path("stale"));
    const client = await connectUnix(path("stale"));

    await client.close();
    await listener.close();
  });

  it("does not replace a listener that lives", async () => {
    const listener = await createUnixListener(path("live"));

    const error = await errorOf(createUnixListener(path("live")));

    expect(error).toMatchObject({ code: "EADDRINUSE" });
    const client = await connectUnix(path("live"));
    await client.close();
    await listener.close();
  });

  it("does not replace any other file", async () => {
    writeFileSync(path("file"), "precious");

    const error = await errorOf(createUnixListener(path("file")));

    expect(error).toMatchObject({ code: "EADDRINUSE" });
    expect(readFileSync(path("file"), "utf8")).toBe("precious");
  });

  it("does not replace a link to a file that was left behind", async () => {
    leaveBehind(path("stale-target"));
    symlinkSync(path("stale-target"), path("link"));

    const error = await errorOf(createUnixListener(path("link")));

    expect(error).toMatchObject({ code: "EADDRINUSE" });
    expect(lstatSync(path("link")).isSymbolicLink()).toBe(true);
  });

  it("sets who may connect", async () => {
    const listener = await createUnixListener(path("mode"), { mode: 0o600 });

    expect(statSync(path("mode")).mode & 0o777).toBe(0o600);
    await listener.close();
  });

  it("rejects with the system's error where there is no folder for it", async () => {
    expect(await errorOf(createUnixListener(path("none/socket")))).toMatchObject({
      code: expect.stringMatching(/ENOENT|EACCES/),
    });
  });

  it("takes the longest path there is, and refuses a longer one", async () => {
    const folder = path("");
    const longest = folder + "x".repeat(107 - Buffer.byteLength(folder));
    const listener = await createUnixListener(longest);
    await (await connectUnix(longest)).close();
    await listener.close();

    const error = await caught(createUnixListener(`${longest}x`), RangeError);

    expect(error.message).toContain("path must have at most 107 bytes");
  });

  it.each([
    ["", {}, RangeError, 'path must be the path of a socket, not ""'],
    [7, {}, TypeError, "path must be a string or a Path, not number"],
    ["x", { mode: 0o1000 }, RangeError, "mode must be permissions from 0o000 to 0o777, not 512"],
    ["x", { backlog: -1 }, RangeError, "backlog must be a positive integer, not -1"],
  ])("refuses %o with %o", async (where, options, type, message) => {
    const error = await caught(createUnixListener(where as string, options), type);

    expect(error.message).toBe(message);
  });

  it("leaves nothing open in a cancelled scope, and no file", () =>
    closesAllSockets(async () => {
      const scope = new CancelScope();
      scope.cancel();

      await scope.run(() => createUnixListener(path("cancelled"), { mode: 0o600 }));

      expect(scope.cancelledCaught).toBe(true);
      expect(existsSync(path("cancelled"))).toBe(false);
    }));

  it("leaves nothing open when it is cancelled on its way, and no file", () =>
    closesAllSockets(async () => {
      for (let ticks = 0; ticks < 12; ticks++) {
        const scope = new CancelScope();
        const creating = scope.run(() => createUnixListener(path("on-its-way"), { mode: 0o600 }));
        for (let i = 0; i < ticks; i++) await (i % 3 === 2 ? new Promise(setImmediate) : undefined);
        scope.cancel();
        const listener = await creating;
        if (listener !== undefined) await forceClose(listener);
        expect(existsSync(path("on-its-way"))).toBe(false);
      }
    }));
});

/** Leaves the file of a socket behind, as a server does that is killed. */
function leaveBehind(where: string): void {
  const program = `require("node:net").createServer().listen(${JSON.stringify(where)}, () => process.kill(process.pid, "SIGKILL"))`;
  try {
    execFileSync("node", ["-e", program], { stdio: "ignore" });
  } catch {
    // That is how it ends.
  }
}
