import { describe, expect, it } from "vitest";
import { CancelledError, CancelScope, moveOnAfter } from "@anyio/core";
import { getnameinfo } from "@anyio/net";
import { caught, errorOf } from "#support/caught";
import { unhandledRejectionsOf } from "#support/unhandled";

describe("getnameinfo", () => {
  it("finds the names of a host and of a service", async () => {
    const [host, service] = await getnameinfo(["127.0.0.1", 22]);

    expect(host).toBe("localhost");
    // A system without a list of services gives the port.
    expect(["ssh", "22"]).toContain(service);
  });

  it("gives the port of a service that has no name", async () => {
    expect(await getnameinfo(["127.0.0.1", 54_321])).toEqual(["localhost", "54321"]);
  });

  it("passes on what the system says of an address that has no name", async () => {
    await expect(getnameinfo(["2001:db8::1", 80])).rejects.toMatchObject({ syscall: "getnameinfo" });
  });

  it("refuses wrong arguments", async () => {
    const look = getnameinfo as (address: unknown) => Promise<unknown>;

    await caught(look("127.0.0.1"), TypeError);
    await caught(look(undefined), TypeError);
    await caught(look([undefined, 80]), TypeError);
    await caught(look(["localhost", 80]), RangeError);
    await caught(look(["127.0.0.1", "80"]), TypeError);
    await caught(look(["127.0.0.1", -1]), RangeError);
    const error = await caught(look(["localhost", 80]), RangeError);
    expect(error.message).toBe('the host of address must be an IP address, not "localhost"');
  });

  it("looks nothing up in a cancelled scope", async () => {
    const scope = new CancelScope();
    scope.cancel();

    expect(await scope.run(() => errorOf(getnameinfo(["127.0.0.1", 80])))).toBeInstanceOf(CancelledError);
  });

  it("is abandoned when it is cancelled, and what comes of it is dropped", async () => {
    const reasons = await unhandledRejectionsOf(async () => {
      expect(await moveOnAfter(0, () => getnameinfo(["2001:db8::1", 80]))).toBeUndefined();
      await errorOf(getnameinfo(["2001:db8::1", 80]));
    });

    expect(reasons).toEqual([]);
  });
});
