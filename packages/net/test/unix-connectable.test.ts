import { describe, expect, it } from "vitest";
import { ConnectionFailedError, UNIXConnectable } from "@anyio/net";
import type { ByteStreamConnectable } from "@anyio/streams";
import { caught } from "#support/caught";
import { greetUnix } from "./support/greeter.js";
import { socketFolder } from "./support/listening.js";

const path = socketFolder();

describe("UNIXConnectable", () => {
  it("connects as often as is needed", async () => {
    await greetUnix(path("greeter"));
    const connectable: ByteStreamConnectable = new UNIXConnectable(path("greeter"));

    for (let i = 0; i < 2; i++) {
      await using stream = await connectable.connect();
      expect(new TextDecoder().decode(await stream.receive())).toBe("hello");
    }
  });

  it("fails as connectUnix does", async () => {
    const error = await caught(new UNIXConnectable(path("nobody")).connect(), ConnectionFailedError);

    expect(error.message).toContain("there is no such socket (ENOENT)");
  });

  it("refuses what is no path", () => {
    expect(new UNIXConnectable("/run/app.sock").path).toBe("/run/app.sock");
    expect(() => new UNIXConnectable("")).toThrow(RangeError);
    expect(() => new UNIXConnectable("x".repeat(200))).toThrow(RangeError);
    expect(() => new UNIXConnectable(1 as unknown as string)).toThrow(TypeError);
  });
});
