import { writeFileSync } from "node:fs";
import { CancelScope, ExceptionGroup } from "@anyio/core";
import { PATH } from "@anyio/core/lowlevel";
import {
  asConnectable,
  ConnectionFailedError,
  connectUnix,
  createUnixListener,
  SocketAttribute,
  UNIXConnectable,
} from "@anyio/net";
import { caught } from "#support/caught";
import { describe, expect, it } from "vitest";
import { closesAllSockets } from "./support/descriptors.js";
import { socketFolder } from "./support/listening.js";

const path = socketFolder();

describe("connectUnix", () => {
  it("fails where there is no file, with the system's error in the cause", () =>
    closesAllSockets(async () => {
      const error = await caught(connectUnix(path("none")), ConnectionFailedError);

      expect(error.message).toBe(`could not connect to ${path("none")}: there is no such socket (ENOENT)`);
      expect(error.cause).toBeInstanceOf(ExceptionGroup);
      expect((error.cause as ExceptionGroup).errors).toMatchObject([{ code: "ENOENT" }]);
    }));

  it("takes what stands for a path, as a listener and a connectable do", async () => {
    const where = { [PATH]: true, toString: () => path("a path") } as const;
    await using listener = await createUnixListener(where);
    const connectables = [new UNIXConnectable(where), asConnectable(where), { connect: () => connectUnix(where) }];

    for (const connectable of connectables) {
      await using stream = await connectable.connect();
      await using accepted = await listener.accept();
      expect(stream.extra(SocketAttribute.remoteAddress)).toBe(String(where));
      expect(accepted.extra(SocketAttribute.localAddress)).toBe(String(where));
    }
  });

  it("fails where the file is no socket", async () => {
    writeFileSync(path("file"), "");

    const error = await caught(connectUnix(path("file")), ConnectionFailedError);

    expect(error.message).toMatch(/ECONNREFUSED|ENOTSOCK/);
  });

  it.each([
    ["", RangeError],
    ["x".repeat(108), RangeError],
    [undefined, TypeError],
    [["/tmp/socket"], TypeError],
  ])("refuses %o", async (where, type) => {
    await caught(connectUnix(where as never), type);
  });

  it("opens nothing in a cancelled scope", () =>
    closesAllSockets(async () => {
      const scope = new CancelScope();
      scope.cancel();

      await scope.run(() => connectUnix(path("none")));

      expect(scope.cancelledCaught).toBe(true);
    }));
});
