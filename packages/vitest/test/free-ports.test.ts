import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { CancelScope } from "@anyio/core";
import { freeTcpPort, freeUdpPort } from "../src/free-ports.js";

const HOSTS = ["127.0.0.1", "::1"] as const;

describe("freeTcpPort", () => {
  it("is free on both families", async () => {
    const port = await freeTcpPort();

    for (const host of HOSTS) expect(await listen(port, host)).toMatch(/^(free|EADDRNOTAVAIL|EAFNOSUPPORT)$/);
  });

  it("goes on to its end when it is cancelled, for nothing may stay bound", async () => {
    const scope = new CancelScope();

    const port = await scope.run(() => {
      const found = freeTcpPort();
      scope.cancel();
      return found;
    });

    expect(scope.cancelCalled).toBe(true);
    for (const host of HOSTS) {
      expect(await listen(port as number, host)).toMatch(/^(free|EADDRNOTAVAIL|EAFNOSUPPORT)$/);
    }
  });

  it("is another one each time", async () => {
    const ports = await Promise.all(Array.from({ length: 20 }, () => freeTcpPort()));

    expect(new Set(ports).size).toBe(20);
  });
});

describe("freeUdpPort", () => {
  it("is free on both families", async () => {
    const port = await freeUdpPort();

    for (const host of HOSTS) expect(await bind(port, host)).toMatch(/^(free|EADDRNOTAVAIL|EAFNOSUPPORT)$/);
  });

  it("is another one each time", async () => {
    const ports = await Promise.all(Array.from({ length: 20 }, () => freeUdpPort()));

    expect(new Set(ports).size).toBe(20);
  });
});

function listen(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen(port, host, () => server.close(() => resolve("free")));
  });
}

function bind(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(host === "::1" ? "udp6" : "udp4");
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    socket.bind(port, host, () => socket.close(() => resolve("free")));
  });
}
