import { writeFileSync } from "node:fs";
import { CancelScope, ExceptionGroup } from "@anyio/core";
import { ConnectionFailedError, connectUnix } from "@anyio/net";
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

  it("fails where the file is no socket", async () => {
    writeFileSync(path("file"), "");

    const error = await caught(connectUnix(path("file")), ConnectionFailedError);

    expect(error.message).toMatch(/ECONNREFUSED|ENOTSOCK/);
  });

  it.each([
    ["", RangeError],
    ["x".repeat(108), RangeError],
    [undefined, TypeError],
  ])("refuses %o", async (where, type) => {
    await caught(connectUnix(where as string), type);
  });

  it("opens nothing in a cancelled scope", () =>
    closesAllSockets(async () => {
      const scope = new CancelScope();
      scope.cancel();

      await scope.run(() => connectUnix(path("none")));

      expect(scope.cancelledCaught).toBe(true);
    }));
});
