import { describe, expect, it } from "vitest";
import {
  CancelledError,
  CancelScope,
  currentTime,
  getRunningTasks,
  moveOnAfter,
  run,
  waitAllTasksBlocked,
} from "@anyio/core";
import { getaddrinfo, type GetaddrinfoOptions } from "@anyio/net";
import { withTaskGroup } from "@anyio/task-groups";
import { VirtualClock } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { unhandledRejectionsOf } from "#support/unhandled";

describe("getaddrinfo", () => {
  it.each([
    ["127.0.0.1", "ipv4", "127.0.0.1"],
    ["::1", "ipv6", "::1"],
    ["0:0:0:0:0:0:0:1", "ipv6", "::1"],
    ["2001:DB8::00:7", "ipv6", "2001:db8::7"],
    ["::", "ipv6", "::"],
    ["::ffff:192.0.2.1", "ipv6", "::ffff:192.0.2.1"],
    ["::ffff:c000:201", "ipv6", "::ffff:192.0.2.1"],
    ["fe80::1%lo", "ipv6", "fe80::1%lo"],
    ["FE80:0::1%eth0", "ipv6", "fe80::1%eth0"],
  ])("gives an address back as the system writes it: %s", async (host, family, address) => {
    expect(await getaddrinfo(host, 80)).toEqual([{ family, address, port: 80 }]);
  });

  it("finds localhost", async () => {
    const addresses = await getaddrinfo("localhost", 443, { type: "stream" });

    expect(addresses).toContainEqual({ family: "ipv4", address: "127.0.0.1", port: 443 });
    expect(new Set(addresses.map(({ address }) => address)).size).toBe(addresses.length);
  });

  it("finds addresses of one family only where it is told so", async () => {
    const addresses = await getaddrinfo("localhost", 0, { family: "ipv4", type: "datagram" });

    expect(addresses).toEqual([{ family: "ipv4", address: "127.0.0.1", port: 0 }]);
  });

  it("passes on what the system says of a name that there is not", async () => {
    const error = await caught(getaddrinfo("nobody..invalid", 80), Error);

    expect(error).toMatchObject({ code: "ENOTFOUND", syscall: "getaddrinfo", hostname: "nobody..invalid" });
  });

  it.each<[string, GetaddrinfoOptions]>([
    ["127.0.0.1", { family: "ipv6" }],
    ["::1", { family: "ipv4" }],
  ])("says the same of an address of the other family: %s", async (host, options) => {
    await expect(getaddrinfo(host, 80, options)).rejects.toMatchObject({
      code: "ENOTFOUND",
      syscall: "getaddrinfo",
      hostname: host,
      message: `getaddrinfo ENOTFOUND ${host}: it is no ${options.family} address`,
    });
  });

  it("encodes names by the rules of IDNA", async () => {
    // The name is not there, and what is looked up is what the error names.
    await expect(getaddrinfo("bücher.invalid", 80)).rejects.toMatchObject({ hostname: "xn--bcher-kva.invalid" });
    await expect(getaddrinfo("例え。invalid", 80)).rejects.toMatchObject({ hostname: "xn--r8jz45g.invalid" });
  });

  it("refuses wrong arguments", async () => {
    const look = getaddrinfo as (...args: unknown[]) => Promise<unknown>;

    await caught(look(undefined, 80), TypeError);
    await caught(look(["127.0.0.1"], 80), TypeError);
    await caught(look("", 80), RangeError);
    await caught(look("a\0b", 80), RangeError);
    await caught(look("ü".repeat(300) + "\u{e0001}", 80), RangeError);
    await caught(look("localhost", "http"), TypeError);
    await caught(look("localhost", -1), RangeError);
    await caught(look("localhost", 65_536), RangeError);
    await caught(look("localhost", 80.5), RangeError);
    await caught(look("localhost", Number.NaN), RangeError);
    await caught(look("localhost", 80, { family: 4 }), TypeError);
    await caught(look("localhost", 80, { type: "tcp" }), TypeError);
    const error = await caught(look("localhost", 70_000), RangeError);
    expect(error.message).toBe("port must be a whole number from 0 to 65535, not 70000");
  });

  it("looks nothing up in a cancelled scope", async () => {
    const scope = new CancelScope();
    scope.cancel();

    const errors = await scope.run(async () => [
      await errorOf(getaddrinfo("localhost", 80)),
      await errorOf(getaddrinfo("127.0.0.1", 80)),
    ]);

    expect(errors?.every((error) => error instanceof CancelledError)).toBe(true);
  });

  it("is abandoned when it is cancelled, and what comes of it is dropped", async () => {
    const reasons = await unhandledRejectionsOf(async () => {
      const outcome = await moveOnAfter(0, () => getaddrinfo("nobody..invalid", 80).catch(failUnlessCancelled));
      expect(outcome).toBeUndefined();
      // The system's look-up ends by now, with an error.
      await errorOf(getaddrinfo("nobody..invalid", 80));
    });

    expect(reasons).toEqual([]);
  });

  it("says what is looked up, while it is", async () => {
    const labels = await run(
      () =>
        withTaskGroup(async (tg) => {
          tg.startSoon(() => getaddrinfo("localhost", 80));
          await Promise.resolve();
          const waitingFor = getRunningTasks().map((task) => task.waitingFor);
          await waitAllTasksBlocked();
          return waitingFor;
        }),
      { signals: [] },
    );

    expect(labels).toContain('the addresses of "localhost"');
  });

  it("takes no virtual time", async () => {
    const clock = new VirtualClock({ autojump: true });
    const main = async () => {
      const addresses = await moveOnAfter(1, () => getaddrinfo("localhost", 80));
      return [addresses?.length, currentTime()];
    };

    expect(await run(main, { signals: [], backend: { clock } })).toEqual([expect.any(Number), 0]);
  });
});

function failUnlessCancelled(error: unknown): never {
  if (error instanceof CancelledError) throw error;
  throw new Error("it was not abandoned", { cause: error });
}
