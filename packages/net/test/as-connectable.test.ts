import { describe, expect, it } from "vitest";
import { asConnectable, type Remote, TCPConnectable, TLSConnectable, TLSStream, UNIXConnectable } from "@anyio/net";
import { makeCertificates } from "./support/certificates.js";
import { greetTcp, greetUnix } from "./support/greeter.js";
import { socketFolder } from "./support/listening.js";

const { ca, server } = makeCertificates();
const identity = { cert: server.cert, key: server.key };
const path = socketFolder();

async function greetingOf(remote: Remote, options?: Parameters<typeof asConnectable>[1]): Promise<string> {
  await using stream = await asConnectable(remote, options).connect();
  const bytes = await stream.receive();
  return `${new TextDecoder().decode(bytes)} over ${stream instanceof TLSStream ? "TLS" : "plain"}`;
}

describe("asConnectable", () => {
  it("makes connectables of a host and a port, and of a path", async () => {
    const { port } = await greetTcp();
    await greetUnix(path("plain"));

    expect(asConnectable(["127.0.0.1", port])).toBeInstanceOf(TCPConnectable);
    expect(asConnectable(path("plain"))).toBeInstanceOf(UNIXConnectable);
    expect(await greetingOf(["127.0.0.1", port])).toBe("hello over plain");
    expect(await greetingOf(path("plain"))).toBe("hello over plain");
  });

  it("gives a connectable back as it is", () => {
    const connectable = new TCPConnectable("127.0.0.1", 80);

    expect(asConnectable(connectable)).toBe(connectable);
    expect(asConnectable(connectable, { tls: false, serverName: "example.com" })).toBe(connectable);
  });

  it("speaks TLS over them where it is told to", async () => {
    const { port } = await greetTcp("127.0.0.1", identity);
    await greetUnix(path("tls"), identity);

    expect(asConnectable(["localhost", port], { tls: true })).toBeInstanceOf(TLSConnectable);
    expect(await greetingOf(["localhost", port], { tls: true, tlsOptions: { ca } })).toBe("hello over TLS");
    expect(await greetingOf(["127.0.0.1", port], { tlsOptions: { ca } })).toBe("hello over TLS");
    expect(await greetingOf(new TCPConnectable("localhost", port), { tlsOptions: { ca } })).toBe("hello over TLS");
    expect(await greetingOf(path("tls"), { tlsOptions: { ca }, serverName: "localhost" })).toBe("hello over TLS");
  });

  it("wants to know whom to talk TLS with where there is no host", () => {
    expect(() => asConnectable("/run/app.sock", { tls: true })).toThrow(TypeError);
    expect(() => asConnectable(asConnectable("/run/app.sock"), { tlsOptions: { ca } })).toThrow("hostname");
  });

  it("refuses what cannot be connected to", () => {
    expect(() => asConnectable(undefined as unknown as Remote)).toThrow(
      "remote must be a connectable, [host, port] or a path, not undefined",
    );
    expect(() => asConnectable({} as Remote)).toThrow(TypeError);
    expect(() => asConnectable([] as unknown as Remote)).toThrow(TypeError);
    expect(() => asConnectable(["localhost", 1e6])).toThrow(RangeError);
    expect(() => asConnectable("")).toThrow(RangeError);
  });
});
