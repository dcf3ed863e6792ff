import { once } from "node:events";
import { createServer as createNodeServer, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import {
  BrokenResourceError,
  CancelledError,
  CancelScope,
  ClosedResourceError,
  EndOfStreamError,
  failAfter,
  forceClose,
  moveOnAfter,
  TimeoutError,
  waitAllTasksBlocked,
} from "@anyio/core";
import { SocketAttribute, SocketStream, TLSAttribute, type TLSOptions, TLSStream } from "@anyio/net";
import { BufferedByteStream, type ByteStream } from "@anyio/streams";
import { assertNoLeaks } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { skipOn } from "#support/runtimes";
import { makeCertificates } from "./support/certificates.js";
import { closesAllSockets } from "./support/descriptors.js";
import { goBetween } from "./support/go-between.js";
import { tcpPair, tcpSockets } from "./support/pairs.js";
import { memoryPair, tlsOver } from "./support/tls-pairs.js";

const certificates = makeCertificates();
const { ca, server, client, chained, expired, selfSigned } = certificates;
const asServer = { serverSide: true, cert: server.cert, key: server.key } as const;
const asClient = { hostname: "localhost", ca } as const;

type Transport = () => Promise<[ByteStream, ByteStream]>;

const paths: [string, Transport, Partial<TLSOptions>][] = [
  ["over TCP", tcpPair, {}],
  ["over TCP, not strict", tcpPair, { standardCompatible: false }],
  ["over memory", async () => memoryPair(), {}],
];

describe.each(paths)("TLSStream %s", (_name, transport, both) => {
  /** What both sides come to. */
  async function shake(
    clientOptions: Partial<TLSOptions>,
    serverOptions: Partial<TLSOptions> = {},
  ): Promise<[PromiseSettledResult<TLSStream>, PromiseSettledResult<TLSStream>, ByteStream, ByteStream]> {
    const [near, far] = await transport();
    const serving = TLSStream.wrap(far, { ...asServer, ...both, ...serverOptions });
    const connecting = TLSStream.wrap(near, { ...asClient, ...both, ...clientOptions });
    const [connected, served] = await Promise.allSettled([connecting, serving]);
    return [connected, served, near, far];
  }

  async function closeAll(...results: PromiseSettledResult<TLSStream>[]): Promise<void> {
    for (const result of results) if (result.status === "fulfilled") await forceClose(result.value);
  }

  it("knows about the connection, and what the stream under it knows", async () => {
    const [connected, served] = await tlsOver(await transport(), certificates, { both });

    expect(connected.extra(TLSAttribute.tlsVersion)).toBe("TLSv1.3");
    expect(connected.extra(TLSAttribute.cipher).name).toMatch(/^TLS_/);
    expect(connected.extra(TLSAttribute.alpnProtocol)).toBeNull();
    expect(connected.extra(TLSAttribute.peerCertificate)?.subject.CN).toBe("server");
    expect(served.extra(TLSAttribute.peerCertificate)).toBeNull();
    expect([connected, served].map((stream) => stream.extra(TLSAttribute.serverSide))).toEqual([false, true]);
    expect(connected.extra(TLSAttribute.standardCompatible)).toBe(both.standardCompatible ?? true);
    expect(connected.extra(SocketAttribute.remotePort, 0)).toBe(
      connected.transportStream.extra(SocketAttribute.remotePort, 0),
    );
    await Promise.all([connected.close(), served.close()]);
  });

  it("still knows it when it is closed", async () => {
    const [connected, served] = await tlsOver(await transport(), certificates, { both });
    connected.extra(TLSAttribute.peerCertificate);
    await Promise.all([connected.close(), served.close()]);

    expect(connected.extra(TLSAttribute.tlsVersion)).toBe("TLSv1.3");
    expect(connected.extra(TLSAttribute.cipher).name).toMatch(/^TLS_/);
    expect(connected.extra(TLSAttribute.peerCertificate)?.subject.CN).toBe("server");
  });

  it("agrees on a protocol by ALPN", async () => {
    const [connected, served] = await tlsOver(await transport(), certificates, {
      both,
      client: { ALPNProtocols: ["h2", "http/1.1"] },
      server: { ALPNProtocols: ["http/1.1"] },
    });

    expect(connected.extra(TLSAttribute.alpnProtocol)).toBe("http/1.1");
    expect(served.extra(TLSAttribute.alpnProtocol)).toBe("http/1.1");
    await Promise.all([connected.close(), served.close()]);
  });

  it("speaks TLS 1.2 too", async () => {
    const [connected, served] = await tlsOver(await transport(), certificates, {
      both,
      server: { maxVersion: "TLSv1.2" },
    });
    const [answer] = await Promise.all([connected.receive(), served.send(bytes("hello"))]);

    expect(connected.extra(TLSAttribute.tlsVersion)).toBe("TLSv1.2");
    expect(text(answer)).toBe("hello");
    await Promise.all([connected.close(), served.close()]);
  });

  it("tells the server whom it wants to talk to, in ASCII", async () => {
    if (both.standardCompatible !== false) {
      skipOn("bun", "Bun asks SNICallback only where it reads the socket by itself");
    }
    const names: string[] = [];
    const [connected, served] = await shake(
      { hostname: "Bücher.Example." },
      {
        SNICallback: (name, done) => {
          names.push(name);
          done(null, createSecureContext({ cert: server.cert, key: server.key }));
        },
      },
    );

    expect([connected.status, served.status]).toEqual(["fulfilled", "fulfilled"]);
    expect(names).toEqual(["xn--bcher-kva.example"]);
    await closeAll(connected, served);
  });

  it.each(["127.0.0.1", "::1"])("accepts a certificate for the address %s", async (hostname) => {
    const [connected, served] = await shake({ hostname });

    expect(connected.status).toBe("fulfilled");
    await closeAll(connected, served);
  });

  it.each<[string, Partial<TLSOptions>, Partial<TLSOptions>]>([
    ["whose issuer is trusted by way of another", {}, { cert: chained.cert, key: chained.key }],
    ["that is signed by itself, and trusted", { ca: selfSigned.cert }, { cert: selfSigned.cert, key: selfSigned.key }],
  ])("accepts a certificate %s", async (_what, clientOptions, serverOptions) => {
    const [connected, served] = await shake(clientOptions, serverOptions);

    expect([connected.status, served.status]).toEqual(["fulfilled", "fulfilled"]);
    await closeAll(connected, served);
  });

  it.each<[string, Partial<TLSOptions>, Partial<TLSOptions>]>([
    ["for another host", { hostname: "example.org" }, {}],
    ["for another address", { hostname: "127.0.0.2" }, {}],
    ["that is signed by itself", {}, { cert: selfSigned.cert, key: selfSigned.key }],
    ["that has expired", {}, { cert: expired.cert, key: expired.key }],
    ["whose issuer is not trusted", { ca: selfSigned.cert }, {}],
  ])("refuses a certificate %s, and closes the stream", async (_what, clientOptions, serverOptions) => {
    const [connected, served, near] = await shake(clientOptions, serverOptions);

    const error = (connected as PromiseRejectedResult).reason as Error;
    expect(error).toBeInstanceOf(BrokenResourceError);
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.message).toMatch(/^the TLS handshake failed: /);
    await caught(near.receive(), ClosedResourceError);
    await closeAll(served);
  });

  it("accepts any certificate where it is told to, and still shows it", async () => {
    const [connected, served] = await shake(
      { hostname: undefined, ca: undefined, rejectUnauthorized: false } as object,
      { cert: selfSigned.cert, key: selfSigned.key },
    );

    const stream = (connected as PromiseFulfilledResult<TLSStream>).value;
    expect(stream.extra(TLSAttribute.peerCertificate)?.subject.CN).toBe("localhost");
    await closeAll(connected, served);
  });

  it("leaves it to a function whether a certificate is for the host", async () => {
    const asked: string[] = [];
    const accept: TLSOptions["checkServerIdentity"] = (hostname, certificate) => {
      asked.push(hostname, String(certificate.subject.CN));
      return undefined;
    };
    const refuse: TLSOptions["checkServerIdentity"] = () => new Error("not this one");
    const [accepted, ...accepting] = await shake({ hostname: "example.org", checkServerIdentity: accept });
    const [refused, ...refusing] = await shake({ checkServerIdentity: refuse });

    expect(accepted.status).toBe("fulfilled");
    expect(asked).toEqual(["example.org", "server"]);
    expect(((refused as PromiseRejectedResult).reason as Error).message).toContain("not this one");
    await closeAll(accepted, accepting[0], refusing[0]);
  });

  it("shows a client's certificate", async () => {
    const [connected, served] = await tlsOver(await transport(), certificates, {
      both,
      client: { cert: client.cert, key: client.key },
      server: { requestCert: true, ca },
    });
    const [greeting] = await Promise.all([served.receive(), connected.send(bytes("hello"))]);

    expect(served.extra(TLSAttribute.peerCertificate)?.subject.CN).toBe("client");
    expect(text(greeting)).toBe("hello");
    await Promise.all([connected.close(), served.close()]);
  });

  it.each<[string, Partial<TLSOptions>]>([
    ["without a certificate", {}],
    ["with one that is not trusted", { cert: selfSigned.cert, key: selfSigned.key }],
  ])("refuses a client %s where one is asked for", async (_what, clientOptions) => {
    const [connected, served] = await shake(clientOptions, { requestCert: true, ca });

    expect(served.status).toBe("rejected");
    expect((served as PromiseRejectedResult).reason).toBeInstanceOf(BrokenResourceError);
    // A client of TLS 1.3 is through before the server has looked at its certificate.
    if (connected.status === "fulfilled") {
      expect(await errorOf(connected.value.receive())).toBeInstanceOf(
        both.standardCompatible === false ? Error : BrokenResourceError,
      );
    }
    await closeAll(connected);
  });

  it("lets a client without a certificate in where its own is not insisted on", async () => {
    const [connected, served] = await shake({}, { requestCert: true, rejectUnauthorized: false, ca });

    expect([connected.status, served.status]).toEqual(["fulfilled", "fulfilled"]);
    await closeAll(connected, served);
  });

  it.each<[string, Partial<TLSOptions>]>([
    ["", {}],
    [" and asks for certificates", { requestCert: true, rejectUnauthorized: false }],
  ])("serves with a context that was made before%s", async (_name, options) => {
    if (options.requestCert === true) {
      skipOn("bun", "its tls.Server takes no context");
      skipOn("deno", "its tls.Server takes no context");
    }
    const secureContext = createSecureContext({ cert: server.cert, key: server.key });
    const [connected, served] = await shake({}, { cert: undefined, key: undefined, secureContext, ...options });

    expect([connected.status, served.status]).toEqual(["fulfilled", "fulfilled"]);
    await closeAll(connected, served);
  });

  it("fails to shake hands where nothing is in common", async () => {
    const [connected, served, near, far] = await shake({ maxVersion: "TLSv1.2" }, { minVersion: "TLSv1.3" });

    expect((connected as PromiseRejectedResult).reason).toBeInstanceOf(BrokenResourceError);
    expect((served as PromiseRejectedResult).reason).toBeInstanceOf(BrokenResourceError);
    await caught(near.receive(), ClosedResourceError);
    await caught(far.receive(), ClosedResourceError);
  });

  it.each<[string, TLSOptions]>([
    ["a client", asClient],
    ["a server", asServer],
    ["a server that asks for certificates", { ...asServer, requestCert: true, ca }],
  ])("fails to shake hands, as %s, with somebody who leaves", async (_role, options) => {
    const [near, far] = await transport();
    const wrapping = errorOf(TLSStream.wrap(near, { ...options, ...both }));
    await waitAllTasksBlocked();

    await far.sendEof();

    expect(await wrapping).toBeInstanceOf(BrokenResourceError);
    await forceClose(far);
  });

  it("fails to shake hands with somebody who has left", async () => {
    const [near, far] = await transport();
    await far.sendEof();
    await caught(near.receive(), EndOfStreamError);

    await caught(TLSStream.wrap(near, { ...asServer, ...both }), BrokenResourceError);

    await forceClose(far);
  });

  it("fails to shake hands with somebody who has said hello, and left", async () => {
    const [near, far] = await transport();
    const [hello, elsewhere] = memoryPair();
    const greeting = errorOf(TLSStream.wrap(hello, asClient));
    const bye = await elsewhere.receive();
    await forceClose(elsewhere);
    await greeting;
    const sending = far.send(bye).then(() => far.sendEof());
    await waitAllTasksBlocked();

    await caught(
      failAfter(2_000, () => TLSStream.wrap(near, { ...asServer, ...both })),
      BrokenResourceError,
    );

    await Promise.allSettled([sending, forceClose(far)]);
  });

  it("fails to shake hands with somebody who talks about something else", async () => {
    const [near, far] = await transport();
    const wrapping = errorOf(TLSStream.wrap(near, { ...asServer, ...both }));
    await far.send(bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));

    const error = await wrapping;

    expect(error).toBeInstanceOf(BrokenResourceError);
    expect((error as Error).cause).toBeInstanceOf(Error);
    await forceClose(far);
  });

  it("closes the stream when a handshake is cancelled", async () => {
    const [near, far] = await transport();

    const error = await errorOf(failAfter(50, () => TLSStream.wrap(near, { ...asServer, ...both })));

    expect(error).toBeInstanceOf(TimeoutError);
    await caught(near.receive(), ClosedResourceError);
    await forceClose(far);
  });

  it("closes the stream when a handshake is refused in a cancelled scope", async () => {
    const [near, far] = await transport();
    const scope = new CancelScope();
    scope.cancel();

    let error: unknown;
    await scope.run(async () => {
      error = await errorOf(TLSStream.wrap(near, { ...asClient, ...both }));
    });

    expect(error).toBeInstanceOf(CancelledError);
    await caught(near.receive(), ClosedResourceError);
    await forceClose(far);
  });

  it("says goodbye when it is closed right after the handshake", async () => {
    const [near, far] = await transport();

    await Promise.all([
      TLSStream.wrap(far, { ...asServer, ...both }).then((served) => served.close()),
      seesGoodbye(near),
    ]);
  });

  it("says goodbye when it is closed right after the handshake, as a server of TLS 1.2", async () => {
    const [near, far] = await transport();

    await Promise.all([
      TLSStream.wrap(far, { ...asServer, ...both, maxVersion: "TLSv1.2" }).then((served) => served.close()),
      seesGoodbye(near),
    ]);
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "says goodbye when it is closed right after the handshake, as a client of %s",
    async (maxVersion) => {
      const [near, far] = await transport();
      const serving = TLSStream.wrap(far, { ...asServer, maxVersion });

      const connected = await Promise.all([TLSStream.wrap(near, { ...asClient, ...both }), serving]);
      const closing = connected[0].close();

      await caught(connected[1].receive(), EndOfStreamError);
      await Promise.all([closing, connected[1].close()]);
    },
  );

  it("says goodbye after what was sent before", async () => {
    const [connected, served] = await tlsOver(await transport(), certificates, { server: both });

    const received = everythingFrom(connected);
    await served.send(new Uint8Array(300_000).fill(7));
    await served.close();

    expect((await received).length).toBe(300_000);
    await connected.close();
  });

  it("answers a goodbye with its own", async () => {
    const [connected, served] = await tlsOver(await transport(), certificates, { server: both });
    await connected.sendEof();
    await caught(served.receive(), EndOfStreamError);

    await Promise.all([served.close(), caught(connected.receive(), EndOfStreamError)]);

    await connected.close();
  });

  it("sends on after the other side has said goodbye", async () => {
    if (both.standardCompatible !== false) {
      skipOn("bun", "Bun answers a TLS goodbye with its own at once, where it does not read the socket by itself");
    }
    const [connected, served] = await tlsOver(await transport(), certificates, { both });
    await connected.sendEof();
    await caught(served.receive(), EndOfStreamError);

    const [answer] = await Promise.all([connected.receive(), served.send(bytes("still here"))]);

    expect(text(answer)).toBe("still here");
    await Promise.all([connected.close(), served.close()]);
  });

  it("leaves nothing behind", async () => {
    await assertNoLeaks(async () => {
      const [connected, served] = await tlsOver(await transport(), certificates, { both });
      await Promise.all([served.send(bytes("hello")), connected.receive()]);
      await Promise.all([connected.close(), served.close()]);
    });
  });

  it("loses nothing of a message of many sizes, both ways at once", async () => {
    const [connected, served] = await tlsOver(await transport(), certificates, { both });
    const sizes = [1, 2, 100, 16_383, 16_384, 16_385, 65_536, 200_000, 0, 3];
    const sendAll = async (stream: TLSStream): Promise<void> => {
      for (const size of sizes) await stream.send(new Uint8Array(size).fill(size % 251));
    };
    const receive = async (stream: TLSStream): Promise<Buffer> => {
      const all = new BufferedByteStream(stream);
      return Buffer.from(await all.receiveExactly(sizes.reduce((sum, size) => sum + size)));
    };

    const [atServer, atClient] = await Promise.all([
      receive(served),
      receive(connected),
      sendAll(connected),
      sendAll(served),
    ]);

    const expected = Buffer.concat(sizes.map((size) => Buffer.alloc(size, size % 251)));
    expect(Buffer.compare(atServer, expected)).toBe(0);
    expect(Buffer.compare(atClient, expected)).toBe(0);
    await Promise.all([connected.close(), served.close()]);
  });
});

describe("TLSStream where the connection ends without a goodbye", () => {
  it.each<[string, Transport]>([
    ["TCP", tcpPair],
    ["memory", async () => memoryPair()],
  ])("is broken over %s where it is strict, and keeps what has come before", async (_name, transport) => {
    const both = await tlsOver(await transport(), certificates);

    for (const [near, far] of [both, both.toReversed() as typeof both]) {
      await Promise.all([far.send(bytes("hello")), near.receive(1)]);
      await far.transportStream.sendEof();

      expect(text(await near.receive())).toBe("ello");
      await caught(near.receive(), BrokenResourceError);
      await caught(near.receive(), BrokenResourceError);
    }
    await Promise.all(both.map((stream) => forceClose(stream)));
  });

  it.each<[string, Transport]>([
    ["TCP", tcpPair],
    ["memory", async () => memoryPair()],
  ])("has ended over %s where it is not", async (_name, transport) => {
    const both = { standardCompatible: false };
    const [connected, served] = await tlsOver(await transport(), certificates, { both });
    await Promise.all([served.send(bytes("hello")), connected.receive(1)]);
    await served.transportStream.sendEof();

    expect(text(await connected.receive())).toBe("ello");
    await caught(connected.receive(), EndOfStreamError);
    await caught(connected.receive(), EndOfStreamError);
    await Promise.all([connected.close(), forceClose(served)]);
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "tells a goodbye from none by %s, however much has come before it and was not received yet",
    async (maxVersion) => {
      const ends: string[] = [];
      for (let size = 48_000; size < 400_000; size = Math.ceil(size * 1.13)) {
        for (const isRagged of [false, true]) {
          const [connected, served] = await tlsOver(await tcpPair(), certificates, { both: { maxVersion } });
          const sending = served.send(new Uint8Array(size)).then(() => goAway(served, isRagged));
          await untilFull(served);
          const received = await everythingAndTheEnd(connected);
          ends.push(
            received === `${size}, ${isRagged ? "BrokenResourceError" : "EndOfStreamError"}` ? "right" : received,
          );
          await sending;
          await Promise.all([forceClose(connected), forceClose(served)]);
        }
      }

      expect(new Set(ends)).toEqual(new Set(["right"]));
    },
  );

  it("is broken where it ends in the middle of a record", async () => {
    const [near, far] = memoryPair();
    const [middle, end] = memoryPair();
    const wrapping = tlsOver([near, end], certificates);
    const cut = await relay(middle, far);
    const [connected, served] = await wrapping;
    await Promise.all([served.send(bytes("hello")), connected.receive()]);
    const sending = served.send(new Uint8Array(1000)).catch(() => {});

    const [error] = await Promise.all([caught(connected.receive(), BrokenResourceError), cut(500)]);

    expect(error.message).toContain("close_notify");
    await forceClose(served);
    await forceClose(connected);
    await sending;
  });

  it("is broken when the connection is reset, strict or not", async () => {
    for (const standardCompatible of [true, false]) {
      const [near, far] = await tcpSockets();
      const [connected, served] = await tlsOver(
        [SocketStream.fromSocket(near), SocketStream.fromSocket(far)],
        certificates,
        { both: { standardCompatible } },
      );
      const receiving = caught(connected.receive(), BrokenResourceError);
      await waitAllTasksBlocked();
      far.resetAndDestroy();

      await receiving;
      await Promise.all([forceClose(connected), forceClose(served)]);
    }
  });

  it.each<["client" | "server", boolean]>([
    ["client", true],
    ["client", false],
    ["server", true],
    ["server", false],
  ])("is broken when what comes to the %s is forged (strict: %s)", async (victim, standardCompatible) => {
    await using between = await goBetween();
    const [connected, served] = await tlsOver(between.ends, certificates, { both: { standardCompatible } });
    await Promise.all([served.send(bytes("hello")), connected.receive()]);
    const stream = victim === "client" ? connected : served;

    const receiving = caught(
      failAfter(2_000, () => stream.receive()),
      BrokenResourceError,
    );
    between.sockets[victim].write(forgedRecord());

    expect((await receiving).cause).toBeInstanceOf(Error);
    await caught(stream.receive(), BrokenResourceError);
    await Promise.all([forceClose(connected), forceClose(served)]);
  });

  it("throws an error of its own at each call once it is broken", async () => {
    const [near, far] = await tlsOver(memoryPair(), certificates);
    await Promise.all([far.send(bytes("hello")), near.receive()]);

    const forging = far.transportStream.send(forgedRecord());
    const errors = [
      await caught(near.receive(), BrokenResourceError),
      await caught(near.receive(), BrokenResourceError),
      await caught(near.send(bytes("x")), BrokenResourceError),
      await caught(near.send(bytes("x")), BrokenResourceError),
    ];

    expect(new Set(errors).size).toBe(4);
    await Promise.all([forging, forceClose(near), forceClose(far)]);
  });

  it.each<["end" | "resetAndDestroy", string]>([
    ["end", "an end"],
    ["resetAndDestroy", "a reset"],
  ])("takes nothing for whole that is cut right behind the handshake (by %s)", async (cut) => {
    // In TLS 1.2 the server's second flight is the last of the handshake.
    await using between = await goBetween((socket, flight) => void (flight === 2 && socket[cut]()));
    const [near, far] = between.ends;
    const serving = TLSStream.wrap(far, { ...asServer, maxVersion: "TLSv1.2" });

    await caught(
      failAfter(2_000, async () => (await TLSStream.wrap(near, asClient)).receive()),
      BrokenResourceError,
    );

    await Promise.allSettled([forceClose(near), forceClose(far), serving.then(forceClose)]);
  });

  it("is not deceived by the goodbye of another TLS around it", async () => {
    skipOn("deno", "a TLS socket of Node's fails there with EPERM once the other side has ended");
    const [near, far] = await tcpSockets();
    const outerServer = new TLSSocket(far, { isServer: true, key: server.key, cert: server.cert });
    const outerClient = connectTls({ socket: near, ca, servername: "localhost" });
    await Promise.all([once(outerClient, "secureConnect"), once(outerServer, "secure")]);
    const [connected, served] = await tlsOver(
      [SocketStream.fromSocket(outerClient), SocketStream.fromSocket(outerServer)],
      certificates,
    );
    await Promise.all([served.send(bytes("hello")), connected.receive()]);

    outerServer.end();

    await caught(connected.receive(), BrokenResourceError);
    await Promise.all([forceClose(connected), forceClose(served)]);
  });

  it("goes by streams where Node's handles do not tell what they are asked", async () => {
    const pair = await tcpPair();
    await waitAllTasksBlocked();
    for (const stream of pair) {
      const { _handle: handle } = stream.extra(SocketAttribute.rawSocket) as unknown as { _handle: object };
      Object.assign(handle, { readStart: () => 0 });
    }
    const [connected, served] = await tlsOver(pair, certificates);
    await served.send(bytes("hello"));
    const closing = served.close();

    expect(text(await connected.receive())).toBe("hello");
    await caught(connected.receive(), EndOfStreamError);

    await Promise.all([connected.close(), closing]);
  });

  it("is closed by many at once without a warning", async () => {
    const [connected, served] = await tlsOver(await tcpPair(), certificates);
    await connected.sendEof();

    await Promise.all(Array.from({ length: 20 }, () => connected.close()));

    await forceClose(served);
  });

  it("closes where the stream under it is being closed", async () => {
    for (const transport of [tcpPair, async () => memoryPair()]) {
      const [connected, served] = await tlsOver(await transport(), certificates);

      await Promise.all([forceClose(connected.transportStream), forceClose(connected)]);

      await forceClose(served);
    }
  });

  it("closes where the stream under it is closed already", async () => {
    const [connected, served] = await tlsOver(memoryPair(), certificates);
    await connected.transportStream.close();

    await connected.close();

    await forceClose(served);
  });

  it("waits for the other side's goodbye for a second at most, and does not mind when there is none", async () => {
    const [connected, served] = await tlsOver(await tcpPair(), certificates);
    const start = performance.now();

    await connected.close();

    expect(performance.now() - start).toBeGreaterThan(900);
    expect(performance.now() - start).toBeLessThan(2500);
    const [other, gone] = await tlsOver(await tcpPair(), certificates);
    const closing = other.close();
    await forceClose(gone);
    await closing;
    await forceClose(served);
  });

  it("closes at once where it is not strict", async () => {
    const both = { standardCompatible: false };
    const [connected, served] = await tlsOver(await tcpPair(), certificates, { both });

    expect(await moveOnAfter(800, () => connected.close().then(() => "closed"))).toBe("closed");

    await served.close();
  });
});

describe("TLSStream in the middle of a stream", () => {
  it("begins where both sides have agreed to, also when the other side's first bytes have come already", async () => {
    const [near, far] = await tcpPair();
    const [client_, server_] = [new BufferedByteStream(near), new BufferedByteStream(far)];

    const serving = (async () => {
      expect(text(await server_.receiveUntil("\n", 100))).toBe("STARTTLS");
      await server_.send(bytes("go ahead\n"));
      await server_.receiveExactly(0);
      const stream = await TLSStream.wrap(server_, asServer);
      await stream.send(await stream.receive());
      await stream.close();
    })();
    await client_.send(bytes("STARTTLS\n"));
    expect(text(await client_.receiveUntil("\n", 100))).toBe("go ahead");
    const stream = await TLSStream.wrap(client_, asClient);
    await stream.send(bytes("secret"));

    expect(text(await stream.receive())).toBe("secret");
    await Promise.all([stream.close(), serving]);
  });

  it("takes what a buffer has received too much", async () => {
    const [near, far] = memoryPair();
    const eager = new BufferedByteStream(far);
    const wrapping = TLSStream.wrap(new Prefixed(near, bytes("PROXY tcp\n")), asClient);

    expect(text(await eager.receiveUntil("\n", 100))).toBe("PROXY tcp");
    expect(eager.buffer.length).toBeGreaterThan(100);
    const [connected, served] = await Promise.all([wrapping, TLSStream.wrap(eager, asServer)]);
    const [answer] = await Promise.all([connected.receive(), served.send(bytes("hello"))]);

    expect(text(answer)).toBe("hello");
    await Promise.all([connected.close(), served.close()]);
  });

  it.each([true, false])("takes what a socket has received already (strict: %s)", async (standardCompatible) => {
    const [near, far] = await tcpPair();
    const connecting = TLSStream.wrap(near, { ...asClient, standardCompatible });
    await waitAllTasksBlocked();
    await new Promise((resolve) => setTimeout(resolve, 50));

    const [connected, served] = await Promise.all([
      connecting,
      TLSStream.wrap(far, { ...asServer, standardCompatible }),
    ]);
    const [answer] = await Promise.all([connected.receive(), served.send(bytes("hello"))]);

    expect(text(answer)).toBe("hello");
    await Promise.all([connected.close(), served.close()]);
  });

  it("works in itself, and knows of both", async () => {
    const outer = await tlsOver(await tcpPair(), certificates);
    const [connected, served] = await tlsOver(outer, certificates, {
      server: { ALPNProtocols: ["x"] },
      client: { ALPNProtocols: ["x"] },
    });

    expect(connected.extra(TLSAttribute.alpnProtocol)).toBe("x");
    expect(outer[0].extra(TLSAttribute.alpnProtocol)).toBeNull();
    expect(connected.extra(SocketAttribute.remotePort)).toBeGreaterThan(0);
    const [all] = await Promise.all([
      everythingFrom(connected),
      served.send(new Uint8Array(500_000).fill(1)).then(() => served.close()),
    ]);
    expect(all.length).toBe(500_000);
    await connected.close();
  });
});

describe("TLSStream, being cancelled and closed", () => {
  it("leaves nothing behind in the scope in which it was made, as what it says by itself may take a while", async () => {
    await assertNoLeaks(async () => {
      const transport = memoryPair();
      const pair = await failAfter(5_000, async () => {
        const outer = await failAfter(5_000, () => tlsOver(transport, certificates));
        return failAfter(5_000, () => tlsOver(outer, certificates));
      });
      const [connected, served] = pair;
      await Promise.all([connected.receive(), served.send(bytes("hello"))]);
      await connected.sendEof();
      await Promise.all([connected.close(), served.close()]);
    });
  });

  it.each([true, false])("gives every socket back, whatever becomes of it (strict: %s)", async (standardCompatible) => {
    const both = { standardCompatible };
    await closesAllSockets(async () => {
      for (let i = 0; i < 10; i++) {
        const [connected, served] = await tlsOver(await tcpPair(), certificates, { both });
        await Promise.all(
          i % 2 === 0 ? [connected.close(), served.close()] : [forceClose(connected), forceClose(served)],
        );

        const refused = tlsOver(await tcpPair(), certificates, { both, client: { ca: selfSigned.cert } });
        await caught(refused, BrokenResourceError);

        const [near, far] = await tcpPair();
        await caught(
          failAfter(5, () => TLSStream.wrap(near, { ...asServer, ...both })),
          TimeoutError,
        );
        await far.close();
      }
    });
  });

  it("loses nothing to a receive that is cancelled at any moment", async () => {
    const [connected, served] = await tlsOver(memoryPair(), certificates);
    const all = Buffer.alloc(100_000, "0123456789");
    const sending = (async () => {
      for (let at = 0; at < all.length; at += 997) await served.send(all.subarray(at, at + 997));
      await served.close();
    })();

    const got: Uint8Array[] = [];
    for (let i = 0; ; i++) {
      const scope = new CancelScope();
      const receiving = scope.run(() => connected.receive(700));
      for (let j = 0; j < i % 11; j++) await Promise.resolve();
      if (i % 3 !== 0) scope.cancel();
      try {
        const piece = await receiving;
        if (piece !== undefined) got.push(piece);
      } catch (error) {
        expect(error).toBeInstanceOf(EndOfStreamError);
        break;
      }
    }

    expect(Buffer.compare(Buffer.concat(got), all)).toBe(0);
    await Promise.all([connected.close(), sending]);
  });

  it("outlives the scope in which it was made", async () => {
    const [near, far] = memoryPair();
    const scope = new CancelScope();
    const streams = await scope.run(() => tlsOver([near, far], certificates));
    const [connected, served] = streams as [TLSStream, TLSStream];

    const [answer] = await Promise.all([connected.receive(), served.send(bytes("hello"))]);

    expect(text(answer)).toBe("hello");
    await Promise.all([connected.close(), served.close()]);
  });

  it("closes for both when one of two that close it is cancelled", async () => {
    const [connected, served] = await tlsOver(await tcpPair(), certificates);
    const first = connected.close();
    const scope = new CancelScope();
    const second = scope.run(() => connected.close());
    await waitAllTasksBlocked();

    scope.cancel();
    const start = performance.now();
    await Promise.all([first, second]);

    expect(performance.now() - start).toBeLessThan(500);
    await forceClose(served);
  });

  it("fails whoever receives as it is closed, and says goodbye all the same", async () => {
    const [connected, served] = await tlsOver(await tcpPair(), certificates);
    const receiving = caught(connected.receive(), ClosedResourceError);
    await waitAllTasksBlocked();

    const closing = connected.close();

    await receiving;
    await caught(served.receive(), EndOfStreamError);
    await Promise.all([closing, served.close()]);
  });

  it("is not read where nobody receives", async () => {
    const [connected, served] = await tlsOver(memoryPair(), certificates);
    let sent = 0;

    await moveOnAfter(200, async () => {
      for (;;) {
        await served.send(new Uint8Array(10_000));
        sent++;
      }
    });

    expect(sent).toBeLessThan(50);
    await Promise.all([forceClose(connected), forceClose(served)]);
  });
});

describe("TLSStream.wrap", () => {
  it.each<[string, unknown, RegExp]>([
    ["no options", undefined, /needs the hostname/],
    ["a client without a host", { ca }, /needs the hostname/],
    ["a host that is no string", { hostname: 7 }, /hostname must be a string, not number/],
    ["a host that is no name", { hostname: "" }, /hostname must be a name/],
    ["a host with spaces", { hostname: "a b" }, /hostname must be a name/],
    ["a server with a host name", { ...asServer, hostname: "localhost" }, /hostname is for clients/],
    ["a server without a certificate", { serverSide: true }, /needs a certificate/],
    ["a serverSide that is none", { ...asClient, serverSide: "yes" }, /serverSide must be true or false/],
    ["a standardCompatible that is none", { ...asClient, standardCompatible: 0 }, /standardCompatible must be/],
    ["a servername", { ...asClient, servername: "localhost" }, /pass hostname/],
    ["a socket", { ...asClient, socket: {} }, /pass it as the stream/],
  ])("refuses %s, and leaves the stream alone", async (_what, options, message) => {
    const [near, far] = memoryPair();

    const error = await caught(TLSStream.wrap(near, options as TLSOptions), TypeError);

    expect(error.message).toMatch(message);
    const [received] = await Promise.all([near.receive(), far.send(bytes("x"))]);
    expect(text(received)).toBe("x");
    await Promise.all([near.close(), far.close()]);
  });

  it("refuses a certificate that cannot be read, and leaves the stream alone", async () => {
    skipOn("deno", "Deno looks at a certificate only when a handshake begins");
    const [near, far] = memoryPair();

    await caught(TLSStream.wrap(near, { serverSide: true, cert: "nonsense", key: "nonsense" }), Error);

    const [received] = await Promise.all([near.receive(), far.send(bytes("x"))]);
    expect(text(received)).toBe("x");
    await Promise.all([near.close(), far.close()]);
  });

  it("refuses what is no stream", async () => {
    await caught(TLSStream.wrap(undefined as never, asClient), TypeError);
    await caught(TLSStream.wrap({} as never, asClient), TypeError);
  });

  it("talks to node:tls, client and server", async () => {
    const listener = createNodeServer({ allowHalfOpen: true });
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const { port } = listener.address() as { port: number };
    const accepted = once(listener, "connection") as Promise<[Socket]>;
    const peer = connectTls({ port, host: "127.0.0.1", servername: "localhost", ca });
    const [socket] = await accepted;
    const stream = await TLSStream.wrap(SocketStream.fromSocket(socket), asServer);

    peer.end("hello");

    expect(text(await everythingFrom(stream))).toBe("hello");
    await stream.close();
    listener.close();
  });
});

/** Shakes hands, and finds that the other side says goodbye at once. */
async function seesGoodbye(stream: ByteStream): Promise<void> {
  const secured = await TLSStream.wrap(stream, asClient);
  await caught(secured.receive(), EndOfStreamError);
  await secured.close();
}

/** Everything until the end. */
async function everythingFrom(stream: ByteStream): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Passes bytes on both ways, until it is told to cut the way back after so many more. */
async function relay(one: ByteStream, other: ByteStream): Promise<(after: number) => Promise<void>> {
  let left = Infinity;
  let onCut = (): void => {};
  const isCut = new Promise<void>((resolve) => void (onCut = resolve));
  const pass = async (from: ByteStream, to: ByteStream, isBack: boolean): Promise<void> => {
    for await (const piece of from) {
      const some = isBack && piece.length > left ? piece.subarray(0, left) : piece;
      if (isBack) left -= some.length;
      if (some.length > 0) await to.send(some);
      if (isBack && left <= 0) break;
    }
    if (isBack) await to.sendEof().then(onCut);
  };
  void pass(one, other, true).catch(() => {});
  void pass(other, one, false).catch(() => {});
  return (after) => {
    left = after;
    return isCut;
  };
}

/** A stream that sends something else before its first bytes. */
class Prefixed extends BufferedByteStream {
  #prefix: Uint8Array | null;

  constructor(stream: ByteStream, prefix: Uint8Array) {
    super(stream);
    this.#prefix = prefix;
  }

  override send(piece: Uint8Array): Promise<void> {
    const prefix = this.#prefix;
    this.#prefix = null;
    return super.send(prefix === null ? piece : Buffer.concat([prefix, piece]));
  }
}

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function text(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}

function goAway(stream: TLSStream, isRagged: boolean): Promise<void> {
  return isRagged ? stream.transportStream.sendEof() : stream.sendEof();
}

/** Waits until what is sent is with the other side, as far as that takes it unasked. */
async function untilFull(stream: TLSStream): Promise<void> {
  const socket = stream.extra(SocketAttribute.rawSocket) as Socket;
  for (let sent = -1; sent !== socket.bytesWritten; await waitAllTasksBlocked()) sent = socket.bytesWritten;
}

/** How many bytes a stream receives, and how it ends. */
async function everythingAndTheEnd(stream: TLSStream): Promise<string> {
  let size = 0;
  for (;;) {
    try {
      size += (await stream.receive()).length;
    } catch (error) {
      return `${size}, ${(error as Error).name}`;
    }
  }
}

/** What looks like application data, and was encrypted by nobody. */
function forgedRecord(): Uint8Array {
  return Uint8Array.of(23, 3, 3, 0, 64, ...Array.from({ length: 64 }, () => 1));
}
